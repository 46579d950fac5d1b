import { basename, dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CfgSet } from '../cargo/cfg-expression';
import {
  cargoConfigFiles,
  readCargoConfig,
  variableName,
  type CargoConfig,
} from '../cargo/cargo-config';
import {
  parseCargoMessages,
  type CargoMessages,
  type CompilerArtifact,
} from '../cargo/cargo-messages';
import { RUN_RECORDER } from '../cargo/linker-shim';
import { CAPTURE_VARIABLE } from '../cargo/linker-shim-script';
import type { CargoPackage, CargoWorkspace } from '../cargo/metadata';
import { mayUseNativeCpu } from '../cargo/native-cpu';
import type { CapturedLink } from '../cargo/read-capture';
import { askToolchain, cargoHome, type Toolchain } from '../cargo/toolchain';
import { CargoTestError } from '../errors';
import type { TestBinaryKind } from '../module/test-module';
import type { BuildFiles } from './build-files';
import type { BuildCapture, BuildHost } from './build-host';
import { readBuildInputs, type BuildInputs } from './build-inputs';
import { selectionArguments, type BuildTestsOptions } from './build-options';
import { compiledCfg } from './compiled-cfg';
import { addedEnvironment, RUN_RECORDS_VARIABLE, type RunRecord } from './run-records';
import { assertSameSources, isSource } from './same-sources';
import { changedSince, contentDigests } from './source-snapshot';
import type { RemadeUnit, StaleBuilds } from './stale-builds';

/** What to compile, and the world to do it in. */
export interface CompileRequest {
  readonly options: BuildTestsOptions;
  readonly cargo: CargoWorkspace;
  readonly package: CargoPackage;
  /** Watches over this build that it's not older than the sources. */
  readonly staleBuilds: StaleBuilds;
  /** The environment to start cargo with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it is compiled. */
  readonly host: BuildHost;
  /** Folders of all sources. */
  readonly sourceFolders: readonly string[];
  /** Whether fingerprints of the binary with this SHA-256 are stored, so that no link need be seen. */
  isKnown(sha256: string): Promise<boolean>;
}

/** A test binary, or a plain one that integration tests may start. */
export interface CompiledBinary {
  readonly kind: TestBinaryKind;
  /** Cargo target name. */
  readonly name: string;
  /** False for a plain binary, which `cargo test` builds for integration tests to start. */
  readonly isTest: boolean;
  readonly executable: string;
  /** SHA-256 of the executable, lower-case hexadecimal. */
  readonly sha256: string;
  readonly sourceFile: string;
  readonly optimized: boolean;
  /** Configuration that it was compiled with. */
  readonly cfg: CfgSet;
  /** What was linked into it, if it was linked by this build. */
  readonly link: CapturedLink | undefined;
  /** Why its link was not seen, for a binary that is not known either. */
  readonly unseen: string | undefined;
  /** Where cargo runs it; undefined for a plain binary. */
  readonly workingDirectory: string | undefined;
  /** What cargo adds to its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A finished build. */
export interface CompiledTests {
  readonly binaries: readonly CompiledBinary[];
  readonly inputs: BuildInputs;
  readonly messages: CargoMessages;
  readonly toolchain: Toolchain;
  readonly config: CargoConfig;
  /** The configured target runner and its arguments. */
  readonly runner: readonly string[];
  /** SHA-256 of a runner that is a file of the user's; it may change as tests do. One from the `PATH` is part of the system. */
  readonly runnerDigest: string | undefined;
  /** Target that was compiled for: a triple, or the name of a target file. */
  readonly target: string;
  /** Whether rustc may have been told to use all that this machine's processor can do. */
  readonly nativeCpu: boolean;
  /** What was made again because cargo wrongly took it for up to date. */
  readonly remade: readonly RemadeUnit[];
  /** Time that cargo took, in milliseconds. */
  readonly cargoMilliseconds: number;
  /** The environment that cargo was started with. */
  readonly givenEnvironment: Readonly<Record<string, string>>;
  /** Path here of a file of the build; see `BuildCapture`. */
  locate(file: string): string;
  /** Removes the captured objects; call it when the links have been read. */
  dispose(): Promise<void>;
}

/**
 * Compiles the test binaries of a package with `cargo test`, and learns what was
 * linked into each and how cargo would run it. No test runs. cargo's own
 * diagnostics go to standard error as they are.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED`; `SOURCES_CHANGED` if sources
 *   changed during the build and again during a second one, if cargo cannot be
 *   made to compile what changed, or if a guest sees other sources; `CARGO_NOT_FOUND`.
 */
export async function compileTests(request: CompileRequest): Promise<CompiledTests> {
  const session = await prepare(request);
  try {
    let build = await buildCurrent(session);
    const read = (): string[] => build.inputs.files.map(({ name }) => name);
    if (changedSince(request.staleBuilds.sources, read()).some((file) => isSource(file, request))) {
      const before = contentDigests(read());
      await request.host.provideSources(request.sourceFolders);
      build = await buildCurrent(session);
      const after = contentDigests(read());
      const changed = [...after].filter(([file, digest]) => before.get(file) !== digest);
      if (changed.length > 0) {
        throw new CargoTestError(
          'SOURCES_CHANGED',
          `sources changed during the build, twice: ${changed
            .map(([file]) => file)
            .sort()
            .join(', ')}`,
        );
      }
    }
    await assertSameSources(read(), request);
    await request.staleBuilds.keep();
    return {
      ...build,
      remade: request.staleBuilds.remade,
      toolchain: session.toolchain,
      config: session.config,
      runner: session.runner,
      runnerDigest: await digestOfRunner(session.runner, request.host),
      target: session.triple,
      nativeCpu: session.nativeCpu,
      cargoMilliseconds: session.cargoMilliseconds,
      givenEnvironment: request.environment,
      locate: (file) => session.capture.locate(file),
      dispose: () => session.capture.dispose(),
    };
  } catch (error) {
    await session.capture.dispose();
    throw error;
  }
}

interface Session {
  readonly request: CompileRequest;
  readonly toolchain: Toolchain;
  readonly config: CargoConfig;
  readonly runner: readonly string[];
  readonly capture: BuildCapture;
  readonly triple: string;
  readonly nativeCpu: boolean;
  cargoMilliseconds: number;
  /** When cargo was started the last time, in milliseconds since the epoch by the clock of its machine. */
  cargoStarted: number;
}

async function prepare(request: CompileRequest): Promise<Session> {
  const { cargo, environment, host } = request;
  const home = cargoHome(environment, cargo.folder);
  const manifests = [join(cargo.folder, 'Cargo.toml'), request.package.manifestFile];
  const texts = await host.readTexts([...cargoConfigFiles(cargo.folder, home), ...manifests]);
  const config = readCargoConfig(cargo.folder, home, environment, (file) => texts.get(file));
  if (config.targets.length > 1) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `build.target names ${config.targets.join(', ')}, and tests can run for one of them only; ` +
        'set CARGO_BUILD_TARGET to one',
    );
  }
  const [target] = config.targets;
  const toolchain = await askToolchain(host.run, cargo.folder, environment, target);
  const textsOf = (files: readonly string[]): string[] =>
    files.flatMap((file) => texts.get(file) ?? []);
  // A target may be a file; cargo calls it by the file's name.
  const triple = target === undefined ? toolchain.triple : basename(target, '.json');
  const linker = config.linker(triple, toolchain.cfg);
  const capture = await host.openCapture({
    cargo,
    linkers: linker === undefined ? ['cc'] : ['cc', linker],
    searchPath: environment['PATH'] ?? '',
  });
  return {
    request,
    toolchain,
    config,
    runner: config.runner(triple, toolchain.cfg),
    capture,
    triple,
    nativeCpu: mayUseNativeCpu(environment, textsOf(config.files), textsOf(manifests)),
    cargoMilliseconds: 0,
    cargoStarted: 0,
  };
}

async function digestOfRunner(
  [program = '']: readonly string[],
  host: BuildHost,
): Promise<string | undefined> {
  if (!isAbsolute(program)) return undefined;
  return host.digests([program]).then(
    ([digest]) => digest,
    // Missing: running it will tell.
    () => undefined,
  );
}

type Build = Pick<CompiledTests, 'binaries' | 'inputs' | 'messages'> & {
  /** What cargo left of it. */
  readonly left: BuildFiles;
};

const MOST_RUNS = 4;

/** Runs cargo until all that it takes for up to date is made of the sources as they are. */
async function buildCurrent(session: Session): Promise<Build> {
  const { staleBuilds } = session.request;
  let build = await buildOnce(session);
  const mustRunAgain = (): Promise<boolean> =>
    staleBuilds.mustRunAgain(build.messages, session.cargoStarted, build.left);
  for (let runs = 1; await mustRunAgain(); runs++) {
    if (runs === MOST_RUNS) {
      throw new CargoTestError(
        'SOURCES_CHANGED',
        'another cargo keeps compiling crates of this build; run the command again when it has ended',
      );
    }
    build = await buildOnce(session);
  }
  return build;
}

/** Runs cargo; if it found binaries fresh of which nothing is known, once more without them. */
async function buildOnce(session: Session): Promise<Build> {
  const { request } = session;
  let attempt = await runCargo(session);
  let binaries = await readBinaries(session, attempt);
  const unknown = binaries.filter(({ link, unseen }) => link === undefined && unseen !== undefined);
  const fresh = unknown.filter(({ executable }) => attempt.isFresh(executable));
  if (fresh.length > 0) {
    // cargo links again what is missing, and only that, unless incremental compilation is off.
    for (const { executable } of fresh) await request.host.removeBinary(executable);
    attempt = await runCargo(session);
    binaries = await readBinaries(session, attempt);
  }
  const left = await request.host.look(attempt.messages);
  return {
    binaries,
    messages: attempt.messages,
    left,
    inputs: readBuildInputs(attempt.messages, request.cargo.folder, left),
  };
}

interface CargoRun {
  readonly messages: CargoMessages;
  readonly runs: readonly RunRecord[];
  readonly given: Readonly<Record<string, string>>;
  isFresh(executable: string): boolean;
}

async function runCargo(session: Session): Promise<CargoRun> {
  const { request, capture, triple } = session;
  const runnerVariable = `CARGO_TARGET_${variableName(triple)}_RUNNER`;
  await capture.begin();
  const given = {
    ...request.environment,
    PATH: `${capture.shim.folder}:${request.environment['PATH'] ?? ''}`,
    [CAPTURE_VARIABLE]: capture.links,
    [RUN_RECORDS_VARIABLE]: capture.runs,
    [runnerVariable]: RUN_RECORDER,
  };
  session.cargoStarted = await request.host.now();
  const started = performance.now();
  const end = await request.host.run({
    file: 'cargo',
    args: [
      ...['test', '--tests', '--no-fail-fast', '--message-format', 'json-render-diagnostics'],
      // By place, because another package of the same name may be among the dependencies.
      ...['--package', packageSpec(request.package)],
      ...['--manifest-path', request.package.manifestFile],
      ...selectionArguments(request.options),
    ],
    workingDirectory: request.cargo.folder,
    environment: given,
    stderr: 'inherit',
  });
  session.cargoMilliseconds += performance.now() - started;
  if (end.notFound) throw new CargoTestError('CARGO_NOT_FOUND', 'there is no cargo in the PATH');
  if (end.code !== 0) {
    throw new CargoTestError(
      'CARGO_BUILD_FAILED',
      `cargo could not build the tests of ${request.options.package} (${end.description})`,
    );
  }
  const messages = parseCargoMessages(end.stdout);
  return {
    messages,
    runs: await capture.readRuns(),
    given,
    isFresh: (executable) =>
      messages.artifacts.some((artifact) => artifact.executable === executable && artifact.fresh),
  };
}

/** By folder and name: either alone may stand for another package, such as one of the registry with that name. */
export function packageSpec({ manifestFile, name }: CargoPackage): string {
  return `path+${pathToFileURL(dirname(manifestFile)).href}#${name}`;
}

async function readBinaries(session: Session, cargoRun: CargoRun): Promise<CompiledBinary[]> {
  const { request } = session;
  const links = await session.capture.readLinks();
  const built = cargoRun.messages.artifacts.flatMap((artifact) => {
    const { executable, manifestPath } = artifact;
    const kind = binaryKind(artifact);
    if (manifestPath !== request.package.manifestFile) return [];
    return executable === undefined || kind === undefined ? [] : [{ artifact, executable, kind }];
  });
  const digests = await request.host.digests(built.map(({ executable }) => executable));
  const binaries: CompiledBinary[] = [];
  for (const [index, { artifact, executable, kind }] of built.entries()) {
    const sha256 = digests[index]!;
    const link = links.get(sha256);
    const run = cargoRun.runs.find((each) => each.executable === executable);
    if (artifact.isTest && run === undefined) {
      throw new CargoTestError(
        'CARGO_BUILD_FAILED',
        `cargo did not say how it runs ${executable}; is a target runner forced by \`--config\` or \`[env]\`?`,
      );
    }
    binaries.push({
      kind,
      name: artifact.name,
      isTest: artifact.isTest,
      executable,
      sha256,
      sourceFile: artifact.sourceFile,
      optimized: artifact.optimized,
      cfg: compiledCfg(session.toolchain.cfg, cargoRun.messages, artifact),
      link,
      unseen:
        link !== undefined || (await request.isKnown(sha256)) ? undefined : unseenReason(session),
      workingDirectory: run?.workingDirectory,
      environment: run === undefined ? {} : cargoEnvironment(session, cargoRun, run),
    });
  }
  return binaries;
}

function unseenReason({ capture }: Session): string {
  return capture.shim.uncaptured[0] ?? 'its link was not seen';
}

function cargoEnvironment(
  { request, capture, triple }: Session,
  { given }: CargoRun,
  run: RunRecord,
): Record<string, string> {
  const temporary = new Set([
    CAPTURE_VARIABLE,
    RUN_RECORDS_VARIABLE,
    `CARGO_TARGET_${variableName(triple)}_RUNNER`,
  ]);
  const path = (run.environment['PATH'] ?? '')
    .split(':')
    .filter((folder) => folder !== capture.shim.folder)
    .join(':');
  const recorded = { ...run, environment: { ...run.environment, PATH: path } };
  return addedEnvironment(
    recorded,
    { ...given, PATH: request.environment['PATH'] ?? '' },
    temporary,
  );
}

function binaryKind({ kinds }: CompilerArtifact): TestBinaryKind | undefined {
  const [kind = ''] = kinds;
  if (kind === 'bin' || kind === 'example' || kind === 'test' || kind === 'bench') return kind;
  return kind === 'custom-build' ? undefined : 'lib';
}
