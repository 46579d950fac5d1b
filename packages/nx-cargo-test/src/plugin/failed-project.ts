import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import type { CargoTestError } from '../errors';
import { doctorTarget } from './doctor-target';
import type { CargoTestMetadata } from './merged-target';

/**
 * The project of a package that cargo cannot read. An error thrown while the
 * graph is computed would end every Nx command for every other project, and a
 * project without targets would pass for tested: so its targets are there and
 * fail with the reason.
 *
 * @param commands Names of its targets besides those of tests.
 */
export function failedProject(
  name: string,
  folder: string,
  failure: CargoTestError,
  commands: readonly string[] = [],
): ProjectConfiguration {
  const target = (executor: string, cargoWorkspace: string): TargetConfiguration => {
    const nxCargoTest: CargoTestMetadata = {
      leaves: [],
      requires: { dependsOn: [], inputs: [], outputs: [] },
      failure: { code: failure.code, message: failure.message },
    };
    return {
      executor: `nx-cargo-test:${executor}`,
      cache: false,
      options: { package: name, cargoWorkspace },
      metadata: {
        description: `Fails: ${failure.message.split('\n')[0] ?? failure.code}`,
        technologies: ['rust'],
        nxCargoTest,
      },
    };
  };
  return {
    name,
    root: folder,
    targets: {
      test: target('group', folder),
      'build-tests': target('build-tests', folder),
      ...Object.fromEntries(commands.map((command) => [command, target('umbrella', folder)])),
      ...doctorTarget(),
    },
    metadata: { technologies: ['rust'], targetGroups: { 'Rust tests': ['test', 'build-tests'] } },
  };
}
