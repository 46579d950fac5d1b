import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import type { CargoTestError } from '../errors';
import { TARGET_PREFIX } from '../module/name-targets';
import { DOCTOR_TARGET, doctorTarget } from './doctor-target';
import { targetMetadata, type CargoTestMetadata } from './merged-target';

/**
 * The project of a package that cargo cannot read. An error thrown while the
 * graph is computed would end every Nx command for every other project, and a
 * project without targets would pass for tested: so its targets are there and
 * fail with the reason.
 *
 * @param setNames Sets that the package might have part in.
 * @param commands Names of its targets besides those of test binaries.
 */
export function failedProject(
  name: string,
  folder: string,
  failure: CargoTestError,
  setNames: readonly string[],
  commands: readonly string[],
): ProjectConfiguration {
  const target = (executor: string): TargetConfiguration =>
    failedTarget(executor, { package: name, cargoWorkspace: folder }, failure);
  const sets = setNames.map((set) => TARGET_PREFIX + set);
  const groups = ['test', ...sets];
  return {
    name,
    root: folder,
    targets: {
      ...Object.fromEntries(groups.map((group) => [group, target('nx-cargo-test:group')])),
      'build-tests': target('nx-cargo-test:build-tests'),
      ...Object.fromEntries(commands.map((command) => [command, target('nx-cargo-test:umbrella')])),
      ...doctorTarget(),
    },
    metadata: {
      technologies: ['rust'],
      targetGroups: { 'Rust tests': ['test', 'build-tests', ...sets] },
    },
  };
}

/**
 * The same project with every target failing for the reason given, for when what is
 * wrong concerns all packages. The targets keep their names, so that no command passes
 * over one.
 *
 * @param setNames Sets that the project might have part in.
 */
export function failEveryTarget(
  project: ProjectConfiguration,
  failure: CargoTestError,
  setNames: readonly string[],
): ProjectConfiguration {
  const targets: Record<string, TargetConfiguration> = {};
  const options = testOptions(project);
  for (const set of options === undefined ? [] : setNames) {
    targets[TARGET_PREFIX + set] = failedTarget('nx-cargo-test:group', options, failure);
  }
  for (const [name, target] of Object.entries(project.targets ?? {})) {
    // The doctor is there to say what is wrong.
    const isKept = name === DOCTOR_TARGET || targetMetadata(target)?.failure !== undefined;
    targets[name] = isKept ? target : failedTarget(target.executor, target.options, failure);
  }
  return { ...project, targets };
}

/**
 * Gives projects a failing target for each wrong set: those that have part in it, or all
 * if none has, because a target that no project has is passed over without a word.
 */
export function failSets(
  projects: readonly ProjectConfiguration[],
  wrong: ReadonlyMap<string, CargoTestError>,
): readonly ProjectConfiguration[] {
  let changed = projects;
  for (const [set, failure] of wrong) {
    const name = TARGET_PREFIX + set;
    const has = ({ targets }: ProjectConfiguration): boolean => targets?.[name] !== undefined;
    const concerned = changed.some(has) ? has : () => true;
    changed = changed.map((project) => {
      const options = testOptions(project);
      if (options === undefined || !concerned(project)) return project;
      const target = failedTarget('nx-cargo-test:group', options, failure);
      return { ...project, targets: { ...project.targets, [name]: target } };
    });
  }
  return changed;
}

/** Options of the target `test`, if the project has one. */
function testOptions({ targets }: ProjectConfiguration): unknown {
  return targets?.['test']?.options;
}

function failedTarget(
  executor: string | undefined,
  options: unknown,
  failure: CargoTestError,
): TargetConfiguration {
  const nxCargoTest: CargoTestMetadata = {
    leaves: [],
    requires: { dependsOn: [], inputs: [], outputs: [] },
    failure: { code: failure.code, message: failure.message },
  };
  return {
    // Ours look for a failure first. Another program would run, and might succeed.
    executor: executor?.startsWith('nx-cargo-test:') ? executor : 'nx-cargo-test:group',
    cache: false,
    options,
    metadata: {
      description: `Fails: ${failure.message.split('\n')[0] ?? failure.code}`,
      technologies: ['rust'],
      nxCargoTest,
    },
  };
}
