import type { TargetConfiguration } from '@nx/devkit';

/** Its name, which no other target may take. */
export const DOCTOR_TARGET = 'doctor';

/**
 * The target that looks for what keeps a crate's tests from running. It asks the
 * machine, so nothing that Nx could hash tells when the answer changes.
 */
export function doctorTarget(): Record<string, TargetConfiguration> {
  return {
    [DOCTOR_TARGET]: {
      executor: 'nx-cargo-test:doctor',
      cache: false,
      metadata: {
        description: 'Looks for what keeps tests from running, and says what mends it',
        technologies: ['rust'],
      },
    },
  };
}
