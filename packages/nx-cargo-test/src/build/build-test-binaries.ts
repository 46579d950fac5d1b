import { realpathSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CargoPackage, CargoWorkspace } from '../cargo/metadata';
import { runProgram } from '../cargo/run-program';
import { CargoTestError } from '../errors';
import { fingerprintBinary, type Widening } from '../fingerprint/fingerprint-binary';
import type { FingerprintFile } from '../fingerprint/fingerprint-file';
import type { Manifest } from '../fingerprint/manifest';
import { assignTests } from '../module/assign-tests';
import { formatLeafId, type Leaf } from '../module/test-module';
import { digest, pluginVersion } from '../disk-cache';
import { commandStart } from '../process/command-start';
import { outerEnvironment } from '../process/outer-environment';
import type { BuildHost } from './build-host';
import { selectionArguments, type BuildTestsOptions } from './build-options';
import { openBuildRecord } from './build-record';
import { compileTests, type CompiledTests } from './compile-tests';
import { sourcesDigest } from './compiled-while-running';
import { compiledPlaces, describeLeaf, describeManifest, namedPlaces } from './describe-outputs';
import { fingerprintCompiled } from './fingerprint-compiled';
import { readCommitState } from '../ledger/commit-state';
import { payloadKeys } from '../fingerprint/link-payload';
import { openLinkStates } from '../fingerprint/link-states';
import { openTableCache } from '../fingerprint/table-cache';
import { openLinkRecords } from './link-records';
import { openFingerprintStore } from './fingerprint-store';
import { readHashedSources, type HashedSources } from './hashed-sources';
import { keepHashedSources } from './hashed-sources-record';
import { nativeBuildHost } from './native-build-host';
import { packageClosure } from './package-closure';
import { workspaceFiles } from './package-files';
import { listBinaries, type Listed } from './list-binaries';
import { takeSnapshot } from './source-snapshot';
import { watchStaleBuilds, type RemadeUnit } from './stale-builds';
import { selectLeafTests, type LeafTests } from './select-leaf-tests';
import { openTouchedSources } from './touched-sources';

/** What to build. */
export interface BuildRequest {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  readonly options: BuildTestsOptions;
  /** Where it is built. Default: on this machine. */
  readonly host?: BuildHost | undefined;
  /** Leaf ids; every test must belong to one of them. */
  readonly leaves: (libraryName: string) => readonly Leaf[];
  /** Called with the finished build before leaves are made of it. */
  readonly check?: (
    compiled: CompiledTests,
    cargo: CargoWorkspace,
    hashed: HashedSources,
  ) => Promise<void>;
}

/** Test binaries that were built, and the fingerprints of their tests. */
export interface BuiltTests {
  readonly manifest: Manifest;
  /** Absolute path of the executable of each binary of the manifest. */
  readonly executables: readonly string[];
  /** One per leaf, in the order of the leaves. */
  readonly fingerprints: readonly { readonly leaf: Leaf; readonly content: FingerprintFile }[];
  readonly widened: readonly Widening[];
  /** As in `CompiledFingerprints`. */
  readonly compiling: readonly Widening[];
  /** What was made again because cargo wrongly took it for up to date. */
  readonly remade: readonly RemadeUnit[];
  /** Time that cargo took, and all in all, in milliseconds. */
  readonly cargoMilliseconds: number;
  readonly totalMilliseconds: number;
}

/**
 * Builds the test binaries of a package, lists their tests and takes the
 * fingerprint of each. Writes nothing outside of cargo's target folder.
 *
 * @throws {CargoTestError} as {@link compileTests}, `listTests` and `selectLeafTests` do.
 */
export async function buildTestBinaries(request: BuildRequest): Promise<BuiltTests> {
  const started = performance.now();
  const { options } = request;
  // The recorded working directory has no symbolic links in it, so nothing else may.
  const workspaceRoot = realpathSync(request.workspaceRoot);
  const { host = nativeBuildHost() } = request;
  const own = outerEnvironment(process.env);
  const cargoFolder = join(workspaceRoot, options.cargoWorkspace);
  await host.provideSources([cargoFolder]);
  const environment = await host.environment();
  const cargo = await host.readMetadata(join(cargoFolder, 'Cargo.toml'));
  const cargoPackage = findPackage(cargo, options.package);
  const buildFolder = await host.recordsFolder(cargo);
  const places = compiledPlaces(workspaceRoot, cargo, environment);
  const version = `${pluginVersion()}:${digest(JSON.stringify(places))}`;
  const store = openFingerprintStore(buildFolder, version);
  const folders = sourceFolders(cargo, cargoPackage);
  const allFolders = [...new Set([cargo.folder, ...folders])];
  await host.provideSources(allFolders);
  const sources = takeSnapshot(folders);
  const workspace = { workspaceRoot, environment: own, run: runProgram };
  const touchedSources = openTouchedSources(buildFolder);
  const hashed = readHashedSources(sources.keys(), commandStart(), touchedSources.changedAt);
  await keepHashedSources(buildFolder, options.package, hashed);
  const compiled = await compileTests({
    options,
    cargo,
    package: cargoPackage,
    staleBuilds: watchStaleBuilds({
      cargo,
      sources,
      hashed,
      workspace,
      recordFile: openBuildRecord(buildFolder, [
        ...host.kind,
        cargoPackage.manifestFile,
        ...selectionArguments(options),
      ]),
      touchedSources,
      touch: host.touch?.bind(host),
    }),
    environment,
    host,
    sourceFolders: allFolders,
    isKnown: (sha256) => store.has(sha256),
  });
  const tables = openTableCache(join(buildFolder, 'tables'), [
    ...places,
    { path: compiled.toolchain.sysroot, token: '{sysroot}' },
  ]);
  const links = openLinkRecords(buildFolder);
  try {
    const tests = compiled.binaries
      .filter(({ isTest }) => isTest)
      .sort((a, b) => (`${a.kind}:${a.name}` < `${b.kind}:${b.name}` ? -1 : 1));
    const listed = await listBinaries(
      request.workspaceRoot,
      tests,
      compiled.runner,
      environment,
      cargoPackage,
      host.run,
      options.testAttributes ?? [],
    );
    const taken = await fingerprintCompiled(
      tests.map((binary, index) => ({
        compiled: binary,
        harness: listed[index]!.harness,
        tests: listed[index]!.tests,
      })),
      compiled.binaries.filter(({ isTest }) => !isTest),
      {
        messages: compiled.messages,
        sysroot: compiled.toolchain.sysroot,
        ...(host.kind.length === 0 ? {} : { locate: (path: string) => compiled.locate(path) }),
        tables,
        states: openLinkStates(join(buildFolder, 'link-states'), version),
        keepLink: async ({ compiled: { kind, name, sha256, executable }, tests: names }, link) => {
          const commit = await readCommitState(workspaceRoot, own, runProgram);
          await links.write({
            binary: { package: options.package, kind, name },
            sha256,
            linkedAt: (await timeOf(compiled.locate(executable))).toISOString(),
            ...commit,
            tests: [...names].sort(),
            link,
          });
        },
        store,
        digestSources: once(() =>
          sourcesDigest([...sources.keys(), ...workspaceFiles(cargo)], hashed, workspace),
        ),
        fingerprintBinary,
      },
    );
    await store.prune();
    tables.save((await links.read()).records.flatMap(({ link }) => payloadKeys(link)));
    // Only now, so that what was learned from the links serves the next attempt.
    await request.check?.(compiled, cargo, hashed);
    const library = cargoPackage.targets.find(({ kind }) =>
      kind.some((each) => LIBRARY.test(each)),
    );
    const leaves = request.leaves(library?.name ?? options.package);
    const selected = selectAll(leaves, listed, cargoPackage);
    const allPlaces = namedPlaces(workspaceRoot, cargo, compiled, environment);
    return {
      manifest: describeManifest(
        options.package,
        workspaceRoot,
        tests,
        listed,
        selected,
        compiled,
        taken,
      ),
      executables: tests.map(({ executable }) => executable),
      fingerprints: selected.map((each) => ({
        leaf: each.leaf,
        content: describeLeaf(each, tests, taken, compiled, allPlaces),
      })),
      widened: taken.widened,
      compiling: taken.compiling,
      remade: compiled.remade,
      cargoMilliseconds: compiled.cargoMilliseconds,
      totalMilliseconds: performance.now() - started,
    };
  } finally {
    await compiled.dispose();
  }
}

/** Calls a function once, however often its value is asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** When a file was written; now if it is not on this machine. */
function timeOf(file: string): Promise<Date> {
  return stat(file).then(
    ({ mtime }) => mtime,
    () => new Date(),
  );
}

const LIBRARY = /^(lib|rlib|dylib|cdylib|staticlib|proc-macro)$/;

/**
 * A package of a Cargo workspace by its name.
 *
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` if there is none.
 */
export function findPackage(cargo: CargoWorkspace, name: string): CargoPackage {
  const found = cargo.packages.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new CargoTestError(
    'GRAPH_OUT_OF_DATE',
    `the Cargo workspace ${cargo.folder} has no package ${name}`,
  );
}

/** Folders of the package and of what it depends on by path, as far as the workspace knows. */
export function sourceFolders(cargo: CargoWorkspace, start: CargoPackage): string[] {
  const all = [...packageClosure(cargo, dirname(start.manifestFile))];
  return all.filter((folder) => !all.some((other) => folder.startsWith(`${other}/`))).sort();
}

function selectAll(
  leaves: readonly Leaf[],
  listed: readonly Listed[],
  cargoPackage: CargoPackage,
): LeafTests[] {
  const library = listed.find(({ kind, harness }) => kind === 'lib' && harness);
  const assigned = new Map<string, string>();
  const ownLeaves = leaves.filter(({ binary }) => binary.kind === 'lib');
  // Tests that are not split all belong to the one leaf of their binary.
  if (library !== undefined && ownLeaves.every(({ scope }) => scope.type !== 'binary')) {
    for (const [test, leaf] of assignTests(library.tests, ownLeaves, library.discovered))
      assigned.set(test, formatLeafId(leaf));
  }
  for (const { kind, name, tests } of listed) {
    const isCovered =
      (kind === 'lib' && library?.name === name) ||
      tests.length === 0 ||
      leaves.some(({ binary }) => binary.kind === kind && binary.name === name);
    if (!isCovered) {
      throw new CargoTestError(
        'GRAPH_OUT_OF_DATE',
        `no target stands for the tests of the ${kind} target ${name}; if it is new, run the command again`,
      );
    }
  }
  return leaves.map((leaf) => selectLeafTests(leaf, listed, assigned, cargoPackage));
}
