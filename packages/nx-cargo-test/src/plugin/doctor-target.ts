import type { TargetConfiguration } from '@nx/devkit';

/**
 * The target that looks for what keeps a crate's tests from running. It asks the
 * machine, so nothing that Nx could hash tells when the answer changes.
 */
export function doctorTarget(): { readonly doctor: TargetConfiguration } {
  return {
    doctor: {
      executor: 'nx-cargo-test:doctor',
      cache: false,
      metadata: {
        description: 'Looks for what keeps tests from running, and says what mends it',
        technologies: ['rust'],
      },
    },
  };
}
