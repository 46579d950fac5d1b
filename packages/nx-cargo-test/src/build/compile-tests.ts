import { dirname } from 'node:path';
import type { CargoConfig } from '../cargo/cargo-config';
import type { CargoMessages } from '../cargo/cargo-messages';
import type { Toolchain } from '../cargo/toolchain';
import { CargoTestError } from '../errors';
import type { BuildFiles } from './build-files';
import { readBuildInputs, type BuildInputs } from './build-inputs';
import {
  digestOfRunner,
  openCompileSession,
  type CompileRequest,
  type CompileSession,
} from './compile-session';
import { readBinaries, type CompiledBinary } from './compiled-binaries';
import { runCargoTest } from './run-cargo-test';
import { assertSameSources, isSource } from './same-sources';
import { changedSince, contentDigests } from './source-snapshot';
import type { RemadeUnit } from './stale-builds';

/** A finished build. */
export interface CompiledTests {
  readonly binaries: readonly CompiledBinary[];
  readonly inputs: BuildInputs;
  readonly messages: CargoMessages;
  readonly toolchain: Toolchain;
  readonly config: CargoConfig;
  /** The configured target runner and its arguments. */
  readonly runner: readonly string[];
  /** Digests of a runner that is a file of the user's, and of scripts that it is given; they may change as tests do. One from the `PATH` is part of the system. */
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
  const session = await openCompileSession(request);
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
      runnerDigest: await digestOfRunner(
        session.runner,
        dirname(request.package.manifestFile),
        request.host,
      ),
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

type Build = Pick<CompiledTests, 'binaries' | 'inputs' | 'messages'> & {
  /** What cargo left of it. */
  readonly left: BuildFiles;
};

const MOST_RUNS = 4;

/** Runs cargo until all that it takes for up to date is made of the sources as they are. */
async function buildCurrent(session: CompileSession): Promise<Build> {
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
async function buildOnce(session: CompileSession): Promise<Build> {
  const { request } = session;
  let attempt = await runCargoTest(session);
  let binaries = await readBinaries(session, attempt);
  const unknown = binaries.filter(({ link, unseen }) => link === undefined && unseen !== undefined);
  const fresh = unknown.filter(({ executable }) => attempt.isFresh(executable));
  if (fresh.length > 0) {
    // cargo links again what is missing, and only that, unless incremental compilation is off.
    for (const { executable } of fresh) await request.host.removeBinary(executable);
    attempt = await runCargoTest(session);
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
