import type { TargetConfiguration } from '@nx/devkit';
import { EXECUTOR_BEHAVIOUR } from '../behaviour';
import {
  fingerprintFile,
  fingerprintsFolder,
  manifestFile,
  junitFile,
  resultFile,
} from '../build/paths';
import { countOf } from '../count-of';
import { nameTargets, type LeafTarget, type NamedTargets } from '../module/name-targets';
import { formatLeafId } from '../module/test-module';
import { hasGlobCharacters, workspacePath, type Input } from './build-inputs';
import { describeLeaf } from './describe-leaf';
import { docTarget } from './doc-target';
import { guestOptions, runnerInputs, runnerOptions } from './guest-options';
import type { CargoTestMetadata } from './merged-target';
import {
  packageOptions,
  targetMetadata,
  whyNotCached,
  type PackageTargetsRequest,
} from './package-request';
import { BUILD_INPUT } from './command-inputs';
import { sharedInputs, type SharedInputs } from './shared-inputs';
import { resolveSets } from './test-sets';

/** Targets of one package, and their groups for Nx's views. */
export interface PackageTargets {
  readonly targets: Record<string, TargetConfiguration>;
  readonly targetGroups: Record<string, string[]>;
  /** `namedInputs` of the project. */
  readonly namedInputs: Record<string, Input[]>;
}

/** Makes the Nx targets of a package; none when `cargo test` has nothing to do for it. */
export function packageTargets(request: PackageTargetsRequest): PackageTargets {
  const shared = sharedInputs(request);
  const docTargets = docTarget(request, shared);
  const docNames = Object.keys(docTargets);
  if (request.binaries.length === 0) {
    return docNames.length === 0
      ? { targets: {}, targetGroups: {}, namedInputs: {} }
      : {
          targets: docTargets,
          targetGroups: { 'Rust tests': docNames },
          namedInputs: shared.namedInputs,
        };
  }
  const named = nameTargets(namesRequest(request));
  const all = named.leaves.map(({ target }) => target);
  const targets: Record<string, TargetConfiguration> = {
    test: groupTarget(
      request,
      shared,
      named,
      all,
      `All ${countOf(all.length, 'test target')} of ${request.packageName}`,
    ),
    'build-tests': buildTarget(request, shared),
    ...docTargets,
  };
  const groups: string[] = [];
  for (const each of named.leaves) targets[each.target] = leafTarget(request, shared, each);
  for (const { target, modules, leaves } of named.groups) {
    const what = `${modules.join(', ')} and submodules: ${countOf(leaves.length, 'test target')}`;
    targets[target] = groupTarget(request, shared, named, leaves, what);
    groups.push(target);
  }
  for (const set of resolveSets(request.options.sets, request.packageName, named)) {
    targets[set.target] = groupTarget(
      request,
      shared,
      named,
      set.leaves,
      `Set of ${countOf(set.leaves.length, 'test target')}`,
      set.failure,
    );
    groups.push(set.target);
  }
  return {
    targets,
    targetGroups: {
      'Rust tests': ['test', 'build-tests', ...docNames],
      'Rust test modules': all,
      ...(groups.length > 0 ? { 'Rust test groups': groups.sort() } : {}),
    },
    namedInputs: shared.namedInputs,
  };
}

function namesRequest({
  binaries,
  options,
}: PackageTargetsRequest): Parameters<typeof nameTargets>[0] {
  const library = options.split
    ? binaries.find(({ binary, harness }) => binary.kind === 'lib' && harness)
    : undefined;
  return {
    ...(library === undefined
      ? {}
      : {
          library: {
            name: library.binary.name,
            modulePaths: library.discovered.modules.map(({ path }) => path),
          },
        }),
    binaries: binaries.filter((each) => each !== library).map(({ binary }) => binary),
    setNames: Object.keys(options.sets).sort(),
  };
}

function buildTarget(request: PackageTargetsRequest, shared: SharedInputs): TargetConfiguration {
  const { cargoWorkspace, packageName } = request;
  const { testAttributes } = request.options;
  const inputs = [BUILD_INPUT];
  const outputs = [
    workspacePath(fingerprintsFolder(cargoWorkspace, packageName)),
    workspacePath(manifestFile(cargoWorkspace, packageName)),
  ];
  const why = whyNotCached(request);
  return {
    executor: 'nx-cargo-test:build-tests',
    cache: why === undefined,
    inputs: [...inputs],
    outputs,
    options: {
      ...packageOptions(request),
      ...guestOptions(request),
      ...(testAttributes.length === 0 ? {} : { testAttributes: [...testAttributes].sort() }),
      behaviour: EXECUTOR_BEHAVIOUR,
    },
    metadata: targetMetadata(
      `Compiles the tests of ${packageName}${why === undefined ? '' : `; not cached: ${why}`}${howRead(request)}`,
      { requires: { dependsOn: [], inputs, outputs, namedInputs: shared.build } },
    ),
  };
}

function howRead({ withoutCargo }: PackageTargetsRequest): string {
  return withoutCargo
    ? '; there is no cargo on this machine, so its Cargo.toml was read less strictly'
    : '';
}

function leafTarget(
  request: PackageTargetsRequest,
  shared: SharedInputs,
  { leaf }: LeafTarget,
): TargetConfiguration {
  const { cargoWorkspace, packageName, options } = request;
  const fingerprint = fingerprintFile(cargoWorkspace, packageName, leaf);
  const inputs: readonly Input[] = [
    { dependentTasksOutputFiles: fingerprint },
    ...shared.runtime,
    ...runnerInputs(request),
    { externalDependencies: [] },
  ];
  const outputs = [
    workspacePath(resultFile(cargoWorkspace, packageName, leaf)),
    workspacePath(junitFile(cargoWorkspace, packageName, leaf)),
  ];
  const cached = isExactPath(request, fingerprint);
  const expectedFailures = options.expectedFailures[packageName] ?? [];
  return {
    executor: 'nx-cargo-test:test-module',
    cache: cached,
    dependsOn: ['build-tests'],
    inputs: [...inputs],
    outputs,
    options: {
      package: packageName,
      cargoWorkspace,
      leaf: formatLeafId(leaf),
      warnAfterSeconds: options.warnAfterSeconds,
      killAfterSeconds: options.killAfterSeconds,
      ...(options.reuse === undefined ? {} : { reuse: options.reuse }),
      ...(options.packModules ? { packModules: true, packedTests: options.packedTests } : {}),
      ...runnerOptions(request),
      ...(expectedFailures.length > 0 ? { expectedFailures: [...expectedFailures].sort() } : {}),
    },
    metadata: targetMetadata(
      `${describeLeaf(leaf, request.binaries)}${cached ? '' : '; not cached: the folder holds characters of file patterns'}`,
      { requires: { dependsOn: ['build-tests'], inputs, outputs, namedInputs: shared.tests } },
    ),
  };
}

function groupTarget(
  request: PackageTargetsRequest,
  shared: SharedInputs,
  named: NamedTargets,
  leaves: readonly string[],
  description: string,
  failure?: CargoTestMetadata['failure'],
): TargetConfiguration {
  const { cargoWorkspace, packageName } = request;
  const files = named.leaves
    .filter(({ target }) => leaves.includes(target))
    .map(({ leaf }) => fingerprintFile(cargoWorkspace, packageName, leaf));
  const inputs: readonly Input[] = [
    ...files.map((file) => ({ dependentTasksOutputFiles: file, transitive: true })),
    ...shared.runtime,
    ...runnerInputs(request),
    { externalDependencies: [] },
  ];
  return {
    executor: 'nx-cargo-test:group',
    cache: failure === undefined && files.every((file) => isExactPath(request, file)),
    dependsOn: leaves.map((target) => ({ target, params: 'forward' as const })),
    inputs: [...inputs],
    options: { package: packageName, cargoWorkspace },
    metadata: targetMetadata(description, {
      leaves,
      requires: { dependsOn: [], inputs, outputs: [], namedInputs: shared.tests },
      ...(failure === undefined ? {} : { failure }),
    }),
  };
}

/** A fingerprint file whose name is taken for a pattern matches nothing, which Nx hashes to a constant. */
function isExactPath({ packageFolder }: PackageTargetsRequest, file: string): boolean {
  return !hasGlobCharacters(file) && !hasGlobCharacters(packageFolder);
}
