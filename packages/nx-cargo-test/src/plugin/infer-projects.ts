import type { ProjectConfiguration } from '@nx/devkit';
import { basename, join, posix } from 'node:path';
import type { CargoPackage, CargoTarget } from '../cargo/metadata';
import { openCrateReader, type CrateReader, type KnownOutlines } from '../module/crate-reader';
import type { DiscoveredTests } from '../module/discover-tests';
import { OUTLINE_VERSION } from '../module/rust-outline';
import type { TestBinaryId, TestBinaryKind } from '../module/test-module';
import type { CargoManifest } from '../cargo/cargo-manifest';
import type { CargoSide, SeenPackage } from './cargo-side';
import { digest, openDiskCache, pluginVersion, type DiskCache } from '../disk-cache';
import type { CargoTestError } from '../errors';
import { TARGET_PREFIX } from '../module/name-targets';
import { chooseRunner } from '../choose-runner';
import { commandTargetNames, commandTargets, type CommandTargets } from './command-targets';
import { doctorTarget } from './doctor-target';
import { chooseLimaBuild } from '../lima/lima-build';
import { failedProject, failSets } from './failed-project';
import { likelyMembers, packageNameOf } from './group-manifests';
import type { PackageBinary } from './package-request';
import { packageTargets, type PackageTargets } from './package-targets';
import { pathClosure } from './path-closure';
import type { ResolvedOptions } from './plugin-options';
import { setsWithStrayMembers } from './test-sets';
import { workspacePaths } from './workspace-path';

/** A project and the Cargo.toml that it comes from. */
export interface InferredProject {
  readonly manifestFile: string;
  readonly project: ProjectConfiguration;
}

/**
 * The Nx projects of the Cargo packages. Every package of a Cargo workspace that
 * cannot be read becomes a project whose test target fails with the reason, so
 * that no command takes it for tested.
 */
export async function inferProjects(
  side: CargoSide,
  workspaceRoot: string,
  options: ResolvedOptions,
  cache: DiskCache = openDiskCache(workspaceRoot),
): Promise<readonly InferredProject[]> {
  // In the order in which the build gets them, which reads the same outlines.
  const testAttributes = [...options.testAttributes].sort();
  const key = digest(pluginVersion(), String(OUTLINE_VERSION), ...testAttributes);
  // The key holds the version that wrote the value, so its shape is known.
  const known = (cache.read('outlines', key) ?? {}) as KnownOutlines;
  const reader = openCrateReader(known, testAttributes);
  const projects: ProjectConfiguration[] = [];
  for (const each of side.packages) {
    projects.push(await packageProject(each, side, workspaceRoot, options, reader));
  }
  // What cannot be read may have any member.
  const wrongSets =
    side.unreadable.length > 0
      ? new Map<string, CargoTestError>()
      : strayMembers(side, projects, options);
  const inferred: InferredProject[] = failSets(projects, wrongSets).map((project, index) => ({
    manifestFile: side.packages[index]!.manifestFile,
    project,
  }));
  if (reader.hasNew()) cache.write('outlines', key, reader.outlines());
  const setNames = Object.keys(options.sets).sort();
  for (const { group, failure } of side.unreadable) {
    const members = likelyMembers(group);
    for (const { file, folder } of members.length > 0 ? members : [group.root]) {
      const manifest = group.files.find((each) => each.file === file) ?? group.root;
      const name = packageNameOf(manifest) ?? basename(join(workspaceRoot, folder));
      inferred.push({
        manifestFile: file,
        project: failedProject(name, folder, failure, setNames, commandTargetNames(options)),
      });
    }
  }
  return distinctNames(inferred);
}

function strayMembers(
  side: CargoSide,
  projects: readonly ProjectConfiguration[],
  { sets }: ResolvedOptions,
): ReadonlyMap<string, CargoTestError> {
  const setTargets = new Set(Object.keys(sets).map((set) => TARGET_PREFIX + set));
  const packages = side.packages.map(({ cargo }, index) => ({
    packageName: cargo.name,
    members: Object.entries(projects[index]?.targets ?? {}).flatMap(([name, { executor }]) =>
      /:(test-module|group)$/.test(executor ?? '') &&
      name.startsWith(TARGET_PREFIX) &&
      !setTargets.has(name)
        ? [name.slice(TARGET_PREFIX.length)]
        : [],
    ),
  }));
  return setsWithStrayMembers(sets, packages);
}

async function packageProject(
  each: SeenPackage,
  side: CargoSide,
  workspaceRoot: string,
  options: ResolvedOptions,
  reader: CrateReader,
): Promise<ProjectConfiguration> {
  const { cargo, folder, cargoWorkspace } = each;
  const closure = pathClosure(each, side.locate);
  const place = {
    packageName: cargo.name,
    packageFolder: folder,
    cargoWorkspace,
    sourceFolders: closure.folders,
    targetFolders: targetFolders(each, closure.folders, side),
    unseenFolders: closure.unseen,
    options,
    runner: inferredRunner(options),
    limaBuild: chooseLimaBuild(options.limaBuild, process.platform),
  };
  const tests = packageTargets({
    ...place,
    binaries: await packageBinaries(cargo, each.manifest, reader, workspaceRoot),
    ...docTests(cargo),
    withoutCargo: each.withoutCargo === true,
  });
  const commands = commandTargets({
    ...place,
    benches: cargo.targets.filter(({ kind }) => kind.includes('bench')).map(({ name }) => name),
    testTargets: new Set(Object.keys(tests.targets)),
  });
  const bins = cargo.targets.filter(({ kind }) => kind.includes('bin'));
  // Cargo lists bins by name, so the package's own need not be the first.
  const source =
    cargo.targets.find(isLibrary) ?? bins.find(({ name }) => name === cargo.name) ?? bins[0];
  const sourceRoot = source && workspacePaths(workspaceRoot)(posix.dirname(source.sourceFile));
  return {
    name: cargo.name,
    root: folder,
    projectType: cargo.targets.some(isLibrary) ? 'library' : 'application',
    ...(sourceRoot === undefined ? {} : { sourceRoot }),
    namedInputs: { ...commands.namedInputs, ...tests.namedInputs },
    targets: { ...commands.targets, ...tests.targets, ...doctorTarget() },
    metadata: { technologies: ['rust'], targetGroups: targetGroups(tests, commands) },
  };
}

function targetGroups(
  tests: PackageTargets,
  commands: CommandTargets,
): PackageTargets['targetGroups'] {
  const names = Object.keys(commands.targets);
  return { ...tests.targetGroups, ...(names.length === 0 ? {} : { 'Rust commands': names }) };
}

/** Where tests run, as far as it can be told; the executor says what is wrong with the choice. */
export function inferredRunner({ runner: option }: ResolvedOptions): 'native' | 'lima' {
  try {
    const { env: environment, platform } = process;
    return chooseRunner({ option, environment, platform }).runner;
  } catch {
    return 'native';
  }
}

/**
 * The test binaries that `cargo test` makes of a package and that a target must
 * stand for. A bin needs one if its source shows tests or cannot tell.
 */
async function packageBinaries(
  cargo: CargoPackage,
  manifest: CargoManifest | Error,
  reader: CrateReader,
  workspaceRoot: string,
): Promise<readonly PackageBinary[]> {
  const toWorkspace = workspacePaths(workspaceRoot);
  const unharnessed = manifest instanceof Error ? [] : manifest.unharnessed;
  const tested = cargo.targets
    .filter(({ test }) => test)
    .flatMap((target) => {
      const kind = binaryKind(target);
      return kind === undefined ? [] : [{ target, binary: { kind, name: target.name } }];
    });
  const discovered = await reader.discover(tested.map(({ target }) => target.sourceFile));
  return discovered
    .flatMap((found, index): readonly PackageBinary[] => {
      const binary = tested[index]?.binary;
      if (binary === undefined) return [];
      const harness = !unharnessed.some((other) => isSameBinary(other, binary));
      return [{ binary, harness, discovered: withoutRoot(found, toWorkspace) }];
    })
    .filter(
      ({ binary, harness, discovered: { modules, notes, macroTests } }) =>
        binary.kind !== 'bin' || !harness || modules.length > 0 || notes.length > 0 || macroTests,
    );
}

function docTests({ targets }: CargoPackage): { readonly docTests?: string } {
  const library = targets.find((target) => isLibrary(target) && target.doctest);
  return library === undefined ? {} : { docTests: library.name };
}

/** Notes name files as users do, from the Nx workspace root. */
function withoutRoot(
  discovered: DiscoveredTests,
  toWorkspace: (path: string) => string | undefined,
): DiscoveredTests {
  const notes = discovered.notes.map(({ file, message }) => ({
    file: toWorkspace(file) ?? file,
    message,
  }));
  return { ...discovered, notes };
}

function isSameBinary(a: TestBinaryId, b: TestBinaryId): boolean {
  // A package has one library, and Cargo.toml may spell its name with dashes.
  return a.kind === b.kind && (a.kind === 'lib' || a.name === b.name);
}

function binaryKind(target: CargoTarget): TestBinaryKind | undefined {
  if (isLibrary(target)) return 'lib';
  return (['bin', 'example', 'test', 'bench'] as const).find((kind) => target.kind.includes(kind));
}

function isLibrary({ kind }: CargoTarget): boolean {
  return kind.some((each) => libraryKinds.has(each));
}

const libraryKinds: ReadonlySet<string> = new Set([
  'lib',
  'rlib',
  'dylib',
  'cdylib',
  'staticlib',
  'proc-macro',
]);

/** Cargo's target folders of the package's own workspace and of those its path dependencies are in. */
function targetFolders(
  each: SeenPackage,
  sourceFolders: readonly string[],
  side: CargoSide,
): readonly string[] {
  const folders = side.packages
    .filter(({ folder }) => folder === each.folder || sourceFolders.includes(folder))
    .flatMap(({ cargoWorkspace, targetFolder }) => [
      posix.join(cargoWorkspace, 'target'),
      ...(targetFolder === undefined ? [] : [targetFolder]),
    ]);
  return [...new Set(folders)].sort();
}

/** Nx refuses a graph in which two projects share a name: the deeper one adds its folder. */
function distinctNames(inferred: readonly InferredProject[]): readonly InferredProject[] {
  const depth = ({ project: { root } }: InferredProject): number =>
    root === '.' ? 0 : root.split('/').length;
  const taken = new Set<string>();
  return [...inferred]
    .sort((a, b) => depth(a) - depth(b) || (a.manifestFile < b.manifestFile ? -1 : 1))
    .map((each) => {
      const { name = '', root } = each.project;
      let distinct = name;
      if (taken.has(distinct)) distinct = `${name}-${root.replaceAll('/', '-')}`;
      while (taken.has(distinct)) distinct = `${distinct}-2`;
      taken.add(distinct);
      return { ...each, project: { ...each.project, name: distinct } };
    });
}
