import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CfgSet } from '../cargo/cfg-expression';
import { readCargoConfig, variableName, type CargoConfig } from '../cargo/cargo-config';
import {
  parseCargoMessages,
  type CargoMessages,
  type CompilerArtifact,
} from '../cargo/cargo-messages';
import { RUN_RECORDER, writeLinkerShim, type LinkerShim } from '../cargo/linker-shim';
import { CAPTURE_VARIABLE } from '../cargo/linker-shim-script';
import type { CargoPackage, CargoWorkspace } from '../cargo/metadata';
import { mayUseNativeCpu } from '../cargo/native-cpu';
import { listCaptures, readCapture, type CapturedLink } from '../cargo/read-capture';
import type { RunProgram } from '../cargo/run-program';
import { askToolchain, cargoHome, type Toolchain } from '../cargo/toolchain';
import { CargoTestError } from '../errors';
import type { TestBinaryKind } from '../module/test-module';
import { readBuildInputs, type BuildInputs } from './build-inputs';
import { selectionArguments, type BuildTestsOptions } from './build-options';
import { createBuildFolder, removeAbandonedCaptures, removeHardLinks } from './build-folder';
import { compiledCfg } from './compiled-cfg';
import type { FileDigests } from './digest-file';
import {
  addedEnvironment,
  readRunRecords,
  RUN_RECORDS_VARIABLE,
  type RunRecord,
} from './run-records';
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
  readonly run: RunProgram;
  readonly digests: FileDigests;
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
  /** Target that was compiled for: a triple, or the name of a target file. */
  readonly target: string;
  /** Whether rustc may have been told to use all that this machine's processor can do. */
  readonly nativeCpu: boolean;
  /** What was made again because cargo wrongly took it for up to date. */
  readonly remade: readonly RemadeUnit[];
  /** Time that cargo took, in milliseconds. */
  readonly cargoMilliseconds: number;
  /** Removes the captured objects; call it when the links have been read. */
  dispose(): Promise<void>;
}

/**
 * Compiles the test binaries of a package with `cargo test`, and learns what was
 * linked into each and how cargo would run it. No test runs. cargo's own
 * diagnostics go to standard error as they are.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED`; `SOURCES_CHANGED` if sources
 *   changed during the build and again during a second one, or if cargo cannot be
 *   made to compile what changed; `CARGO_NOT_FOUND`.
 */
export async function compileTests(request: CompileRequest): Promise<CompiledTests> {
  const session = await prepare(request);
  try {
    let build = await buildCurrent(session);
    const read = (): string[] => build.inputs.files.map(({ name }) => name);
    if (changedSince(request.staleBuilds.sources, read()).some((file) => isSource(file, request))) {
      const before = contentDigests(read());
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
    await request.staleBuilds.keep();
    return {
      ...build,
      remade: request.staleBuilds.remade,
      toolchain: session.toolchain,
      config: session.config,
      runner: session.runner,
      target: session.triple,
      nativeCpu: session.nativeCpu,
      cargoMilliseconds: session.cargoMilliseconds,
      dispose: () => rm(session.temporary, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(session.temporary, { recursive: true, force: true });
    throw error;
  }
}

interface Session {
  readonly request: CompileRequest;
  readonly toolchain: Toolchain;
  readonly config: CargoConfig;
  readonly runner: readonly string[];
  readonly shim: LinkerShim;
  /** Holds `links` and `runs` of this build only. */
  readonly temporary: string;
  readonly triple: string;
  readonly nativeCpu: boolean;
  cargoMilliseconds: number;
  /** When cargo was started the last time, in milliseconds since the epoch. */
  cargoStarted: number;
}

async function prepare(request: CompileRequest): Promise<Session> {
  const { cargo, environment, run } = request;
  const config = readCargoConfig(cargo.folder, cargoHome(environment, cargo.folder), environment);
  if (config.targets.length > 1) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `build.target names ${config.targets.join(', ')}, and tests can run for one of them only; ` +
        'set CARGO_BUILD_TARGET to one',
    );
  }
  const [target] = config.targets;
  const buildFolder = await createBuildFolder(cargo.targetFolder);
  const [toolchain] = await Promise.all([
    askToolchain(run, cargo.folder, environment, target),
    removeAbandonedCaptures(buildFolder),
  ]);
  // A target may be a file; cargo calls it by the file's name.
  const triple = target === undefined ? toolchain.triple : basename(target, '.json');
  const linker = config.linker(triple, toolchain.cfg);
  const searchPath = environment['PATH'] ?? '';
  const shim = await writeLinkerShim(
    buildFolder,
    linker === undefined ? ['cc'] : ['cc', linker],
    searchPath,
  );
  const temporary = await mkdtemp(join(buildFolder, 'capture-'));
  return {
    request,
    toolchain,
    config,
    runner: config.runner(triple, toolchain.cfg),
    shim,
    temporary,
    triple,
    nativeCpu: mayUseNativeCpu(
      environment,
      await readTexts(config.files),
      await readTexts([join(cargo.folder, 'Cargo.toml'), request.package.manifestFile]),
    ),
    cargoMilliseconds: 0,
    cargoStarted: 0,
  };
}

function readTexts(files: readonly string[]): Promise<string[]> {
  return Promise.all(files.map((file) => readFile(file, 'utf8')));
}

type Build = Pick<CompiledTests, 'binaries' | 'inputs' | 'messages'>;

const MOST_RUNS = 4;

/** Runs cargo until all that it takes for up to date is made of the sources as they are. */
async function buildCurrent(session: Session): Promise<Build> {
  const { staleBuilds } = session.request;
  let build = await buildOnce(session);
  for (let runs = 1; await staleBuilds.mustRunAgain(build.messages, session.cargoStarted); runs++) {
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
    for (const { executable } of fresh) await removeHardLinks(executable);
    attempt = await runCargo(session);
    binaries = await readBinaries(session, attempt);
  }
  return {
    binaries,
    messages: attempt.messages,
    inputs: readBuildInputs(attempt.messages, request.cargo.folder),
  };
}

interface CargoRun {
  readonly messages: CargoMessages;
  readonly runs: readonly RunRecord[];
  readonly given: Readonly<Record<string, string>>;
  isFresh(executable: string): boolean;
}

async function runCargo(session: Session): Promise<CargoRun> {
  const { request, shim, temporary, triple } = session;
  const runnerVariable = `CARGO_TARGET_${variableName(triple)}_RUNNER`;
  const links = join(temporary, 'links');
  const runs = join(temporary, 'runs');
  await rm(runs, { recursive: true, force: true });
  await Promise.all([mkdir(links, { recursive: true }), mkdir(runs, { recursive: true })]);
  const given = {
    ...request.environment,
    PATH: `${shim.folder}:${request.environment['PATH'] ?? ''}`,
    [CAPTURE_VARIABLE]: links,
    [RUN_RECORDS_VARIABLE]: runs,
    [runnerVariable]: RUN_RECORDER,
  };
  const started = performance.now();
  session.cargoStarted = Date.now();
  const end = await request.run({
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
    runs: await readRunRecords(runs),
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
  const { request, temporary } = session;
  const { digests } = request;
  const links = new Map<string, CapturedLink>();
  for (const record of await listCaptures(join(temporary, 'links'))) {
    const link = await readCapture(record);
    const file = await digests
      .sha256(join(record, 'output'))
      .catch(() => digests.sha256(link.output));
    links.set(file, link);
  }
  const binaries: CompiledBinary[] = [];
  for (const artifact of cargoRun.messages.artifacts) {
    const kind = binaryKind(artifact);
    if (artifact.manifestPath !== request.package.manifestFile) continue;
    if (artifact.executable === undefined || kind === undefined) continue;
    const sha256 = await digests.sha256(artifact.executable);
    const link = links.get(sha256);
    const run = cargoRun.runs.find(({ executable }) => executable === artifact.executable);
    if (artifact.isTest && run === undefined) {
      throw new CargoTestError(
        'CARGO_BUILD_FAILED',
        `cargo did not say how it runs ${artifact.executable}; is a target runner forced by \`--config\` or \`[env]\`?`,
      );
    }
    binaries.push({
      kind,
      name: artifact.name,
      isTest: artifact.isTest,
      executable: artifact.executable,
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

function unseenReason({ shim }: Session): string {
  return shim.uncaptured[0] ?? 'its link was not seen';
}

function cargoEnvironment(
  { request, shim, triple }: Session,
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
    .filter((folder) => folder !== shim.folder)
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

/** cargo itself writes its lock file and its target folder. */
function isSource(file: string, { cargo }: CompileRequest): boolean {
  return !file.startsWith(`${cargo.targetFolder}/`) && !file.endsWith('/Cargo.lock');
}
