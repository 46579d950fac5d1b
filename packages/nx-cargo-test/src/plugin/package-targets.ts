import type { TargetConfiguration } from '@nx/devkit';
import { EXECUTOR_BEHAVIOUR } from '../behaviour';
import {
  fingerprintFile,
  fingerprintsFolder,
  manifestFile,
  junitFile,
  resultFile,
} from '../build/paths';
import { docJunitFile, docResultFile } from '../doc/doc-result-path';
import type { DiscoveredTests } from '../module/discover-tests';
import { nameTargets, type LeafTarget, type NamedTargets } from '../module/name-targets';
import { formatLeafId, moduleIdentity, type Leaf, type TestBinaryId } from '../module/test-module';
import { instanceCommand } from '../lima/instance-command';
import { RUNNER_VARIABLE } from '../choose-runner';
import { buildInputs, hasGlobCharacters, workspacePath, type Input } from './build-inputs';
import { askedRunner, guestOf, guestOptions, placeOptions } from './guest-options';
import type { CargoTestMetadata } from './merged-target';
import type { ResolvedOptions } from './plugin-options';
import { resolveSets } from './test-sets';

/** A test binary of a package and what its source shows. */
export interface PackageBinary {
  readonly binary: TestBinaryId;
  /** False for `harness = false`. */
  readonly harness: boolean;
  readonly discovered: DiscoveredTests;
}

/** All that the targets of one package follow from. Folders are relative to the Nx workspace root. */
export interface PackageTargetsRequest {
  readonly packageName: string;
  readonly packageFolder: string;
  readonly cargoWorkspace: string;
  readonly binaries: readonly PackageBinary[];
  /** Name of the library if cargo runs doc tests of it. */
  readonly docTests?: string;
  readonly sourceFolders: readonly string[];
  readonly targetFolders: readonly string[];
  /** Absolute folders of path dependencies that Nx does not see. */
  readonly unseenFolders: readonly string[];
  readonly options: ResolvedOptions;
  /** Where tests run. */
  readonly runner: 'native' | 'lima';
  /** Where tests are built if they run in Lima. Default: `host`. */
  readonly limaBuild?: 'guest' | 'host';
  /** True when its Cargo.toml was read without cargo. */
  readonly withoutCargo: boolean;
}

/** Targets of one package, and their groups for Nx's views. */
export interface PackageTargets {
  readonly targets: Record<string, TargetConfiguration>;
  readonly targetGroups: Record<string, string[]>;
}

/** Makes the Nx targets of a package; none when `cargo test` has nothing to do for it. */
export function packageTargets(request: PackageTargetsRequest): PackageTargets {
  const docTargets = docTarget(request);
  const docNames = Object.keys(docTargets);
  if (request.binaries.length === 0) {
    return {
      targets: docTargets,
      targetGroups: docNames.length === 0 ? {} : { 'Rust tests': docNames },
    };
  }
  const named = nameTargets(namesRequest(request));
  const all = named.leaves.map(({ target }) => target);
  const targets: Record<string, TargetConfiguration> = {
    test: groupTarget(
      request,
      named,
      all,
      `All ${count(all.length, 'test target')} of ${request.packageName}`,
    ),
    'build-tests': buildTarget(request),
    ...docTargets,
  };
  const groups: string[] = [];
  for (const each of named.leaves) targets[each.target] = leafTarget(request, each);
  for (const { target, modules, leaves } of named.groups) {
    const what = `${modules.join(', ')} and submodules: ${count(leaves.length, 'test target')}`;
    targets[target] = groupTarget(request, named, leaves, what);
    groups.push(target);
  }
  for (const set of resolveSets(request.options.sets, request.packageName, named)) {
    targets[set.target] = groupTarget(
      request,
      named,
      set.leaves,
      `Set of ${count(set.leaves.length, 'test target')}`,
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

function buildTarget(request: PackageTargetsRequest): TargetConfiguration {
  const { cargoWorkspace, packageName } = request;
  const { buildEnvironment, testAttributes } = request.options;
  const inputs = buildInputs({ ...request, buildEnvironment, ...guestOf(request) });
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
    metadata: metadata(
      `Compiles the tests of ${packageName}${why === undefined ? '' : `; not cached: ${why}`}${howRead(request)}`,
      { requires: { dependsOn: [], inputs, outputs } },
    ),
  };
}

function howRead({ withoutCargo }: PackageTargetsRequest): string {
  return withoutCargo
    ? '; there is no cargo on this machine, so its Cargo.toml was read less strictly'
    : '';
}

/** Nx would answer from its cache without looking at what it cannot see. */
export function whyNotCached({
  unseenFolders,
  sourceFolders,
  cargoWorkspace,
}: Pick<PackageTargetsRequest, 'unseenFolders' | 'sourceFolders' | 'cargoWorkspace'>):
  string | undefined {
  if (unseenFolders.length > 0) {
    return `path dependency ${unseenFolders.join(', ')} lies outside of the Nx workspace or is ignored by git`;
  }
  const odd = [...sourceFolders, cargoWorkspace].find(hasGlobCharacters);
  return odd === undefined ? undefined : `the folder ${odd} holds characters of file patterns`;
}

/**
 * The target of the package's doc tests. rustdoc compiles them from source, so
 * they have the inputs of `build-tests`, and those of running tests.
 */
function docTarget(request: PackageTargetsRequest): Record<string, TargetConfiguration> {
  const { cargoWorkspace, packageName, docTests, options } = request;
  const target = options.targets.docTests;
  if (docTests === undefined || target === undefined) return {};
  const { buildEnvironment } = options;
  const build = buildInputs({ ...request, buildEnvironment, ...guestOf(request) });
  const inputs = [...build, ...runtimeInputs(request)];
  const outputs = [
    workspacePath(docResultFile(cargoWorkspace, packageName)),
    workspacePath(docJunitFile(cargoWorkspace, packageName)),
  ];
  const dependsOn = request.binaries.length === 0 ? [] : ['build-tests'];
  const why = whyNotCached(request);
  return {
    [target.name]: {
      executor: 'nx-cargo-test:test-doc',
      cache: why === undefined,
      ...(dependsOn.length === 0 ? {} : { dependsOn: [...dependsOn] }),
      inputs,
      outputs,
      options: {
        ...packageOptions(request),
        behaviour: EXECUTOR_BEHAVIOUR,
        warnAfterSeconds: options.warnAfterSeconds,
        killAfterSeconds: options.killAfterSeconds,
        ...placeOptions(request, true),
        ...(target.args.length === 0 ? {} : { args: [...target.args] }),
      },
      metadata: metadata(
        `Doc tests of the library ${docTests}${why === undefined ? '' : `; not cached: ${why}`}`,
        { requires: { dependsOn, inputs, outputs } },
      ),
    },
  };
}

function leafTarget(request: PackageTargetsRequest, { leaf }: LeafTarget): TargetConfiguration {
  const { cargoWorkspace, packageName, options } = request;
  const fingerprint = fingerprintFile(cargoWorkspace, packageName, leaf);
  const inputs: readonly Input[] = [
    { dependentTasksOutputFiles: fingerprint },
    ...runtimeInputs(request),
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
    metadata: metadata(
      `${describeLeaf(leaf, request)}${cached ? '' : '; not cached: the folder holds characters of file patterns'}`,
      { requires: { dependsOn: ['build-tests'], inputs, outputs } },
    ),
  };
}

function groupTarget(
  request: PackageTargetsRequest,
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
    ...runtimeInputs(request),
    ...runnerInputs(request),
    { externalDependencies: [] },
  ];
  return {
    executor: 'nx-cargo-test:group',
    cache: failure === undefined && files.every((file) => isExactPath(request, file)),
    dependsOn: leaves.map((target) => ({ target, params: 'forward' as const })),
    inputs: [...inputs],
    options: { package: packageName, cargoWorkspace },
    metadata: metadata(description, {
      leaves,
      requires: { dependsOn: [], inputs, outputs: [] },
      ...(failure === undefined ? {} : { failure }),
    }),
  };
}

function metadata(
  description: string,
  nxCargoTest: CargoTestMetadata,
): NonNullable<TargetConfiguration['metadata']> {
  return { description, technologies: ['rust'], nxCargoTest };
}

/** Options that say what is compiled, of the build and of the doc tests; leaves take those of their build. */
function packageOptions({
  packageName,
  cargoWorkspace,
  options,
}: PackageTargetsRequest): Record<string, unknown> {
  const { features, allFeatures, noDefaultFeatures, profile, buildEnvironment } = options;
  return {
    package: packageName,
    cargoWorkspace,
    ...(features === undefined ? {} : { features: [...features].sort() }),
    ...(allFeatures === undefined ? {} : { allFeatures }),
    ...(noDefaultFeatures === undefined ? {} : { noDefaultFeatures }),
    ...(profile === undefined ? {} : { profile }),
    ...(buildEnvironment.length === 0 ? {} : { buildEnvironment: [...buildEnvironment].sort() }),
  };
}

/** By which a result of one runner, or of one guest, is not taken for that of another; none where they are shared. */
function runnerInputs({ runner, options }: PackageTargetsRequest): readonly Input[] {
  if (options.shareResults) return [];
  const variable = { env: RUNNER_VARIABLE };
  return runner === 'native'
    ? [variable]
    : [variable, { runtime: instanceCommand(options.limaInstance) }];
}

function runnerOptions(request: PackageTargetsRequest): Record<string, unknown> {
  const { runner, options } = request;
  const { limaInstance, limaSources, limaStart, environment, shareResults } = options;
  const asked = askedRunner(options);
  // Nx hashes options, so those of shared results are the same wherever they come from.
  if (runner === 'native' && !shareResults) return asked;
  const limaEnvironment = [...environment].sort();
  const limaBuild = guestOf(request).guest === undefined ? 'host' : 'guest';
  return {
    ...asked,
    ...(shareResults ? { shareResults } : {}),
    ...{ limaInstance, limaSources, limaBuild, limaStart, limaEnvironment },
  };
}

function runtimeInputs({ packageFolder, options }: PackageTargetsRequest): readonly Input[] {
  // Named from the workspace root: `{projectRoot}` would leave out projects among the fixtures.
  const files = options.runtimeInputs.map((fileset) =>
    fileset.replaceAll('{projectRoot}', workspacePath(packageFolder)),
  );
  return [...files, ...options.environment.map((name) => ({ env: name }))];
}

/** A fingerprint file whose name is taken for a pattern matches nothing, which Nx hashes to a constant. */
function isExactPath({ packageFolder }: PackageTargetsRequest, file: string): boolean {
  return !hasGlobCharacters(file) && !hasGlobCharacters(packageFolder);
}

function describeLeaf({ binary, scope }: Leaf, { binaries }: PackageTargetsRequest): string {
  const found = binaries.find(
    (each) => each.binary.kind === binary.kind && each.binary.name === binary.name,
  );
  const modules = found?.discovered.modules ?? [];
  switch (scope.type) {
    case 'rest':
      return `Tests of ${binary.name} that no source shows, such as those that macros make${unread(found)}`;
    case 'module': {
      const own = modules.filter(({ path }) => moduleIdentity(path) === scope.path);
      const where = scope.path === '' ? 'crate root' : `module ${scope.path}`;
      return `${binary.name}, ${where}: ${count(testCount(own), 'test')} in source`;
    }
    case 'binary': {
      const kind = binaryWords[binary.kind];
      return found?.harness === false
        ? `${kind} ${binary.name}: one test, judged by its exit status`
        : `${kind} ${binary.name}: ${count(testCount(modules), 'test')} in source${unread(found)}`;
    }
  }
}

/** What discovery could not see, so that nobody wonders where a module's target is. */
function unread(found: PackageBinary | undefined): string {
  const notes = found?.discovered.notes ?? [];
  const shown = notes.slice(0, 3).map(({ file, message }) => `${file}: ${message}`);
  if (notes.length > shown.length) shown.push(`${notes.length - shown.length} more`);
  return shown.length === 0 ? '' : `; source not seen in full: ${shown.join('; ')}`;
}

const binaryWords = {
  lib: 'Library',
  bin: 'Binary',
  example: 'Example',
  test: 'Integration test',
  bench: 'Benchmark',
} as const;

function testCount(modules: DiscoveredTests['modules']): number {
  return modules.reduce((sum, { tests }) => sum + new Set(tests.map(({ name }) => name)).size, 0);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
