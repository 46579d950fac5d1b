import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { variableName } from '../cargo/cargo-config';
import { parseCargoMessages, type CargoMessages } from '../cargo/cargo-messages';
import { RUN_RECORDER } from '../cargo/linker-shim';
import { CAPTURE_VARIABLE } from '../cargo/linker-shim-script';
import type { CargoPackage } from '../cargo/metadata';
import { CargoTestError } from '../errors';
import { selectionArguments } from './build-options';
import type { CompileSession } from './compile-session';
import { addedEnvironment, RUN_RECORDS_VARIABLE, type RunRecord } from './run-records';

/** What a run of `cargo test` built, and how it would have run it. */
export interface CargoRun {
  readonly messages: CargoMessages;
  readonly runs: readonly RunRecord[];
  /** The environment that cargo got, with what is for recording. */
  readonly given: Readonly<Record<string, string>>;
  isFresh(executable: string): boolean;
}

/**
 * Has `cargo test` build, and record instead of running tests.
 *
 * @throws {CargoTestError} `CARGO_BUILD_FAILED`, `CARGO_NOT_FOUND`.
 */
export async function runCargoTest(session: CompileSession): Promise<CargoRun> {
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
    stderr: 'show',
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

/** What cargo adds to the environment of a binary that it runs. */
export function cargoEnvironment(
  { request, capture, triple }: CompileSession,
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
