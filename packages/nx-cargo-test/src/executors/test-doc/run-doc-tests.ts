import { resolve } from 'node:path';
import { sourceFolders } from '../../build/build-test-binaries';
import { assertSourcesAsHashed, readHashedSources } from '../../build/hashed-sources';
import { withKeptSources } from '../../build/hashed-sources-record';
import { takeSnapshot } from '../../build/source-snapshot';
import { openTouchedSources } from '../../build/touched-sources';
import { parseDocArguments, selectDocTests, type DocArguments } from '../../doc/doc-arguments';
import type { DocTest } from '../../doc/doc-listing';
import { DOC_LEAF, docJunitFile, docResultFile } from '../../doc/doc-result-path';
import { readDocVerdictLog } from '../../doc/doc-verdict-log';
import { findRustdocCommand } from '../../doc/rustdoc-command';
import { commandStart } from '../../process/command-start';
import { onOwnEnd } from '../../process/on-own-end';
import { describeFailure } from '../../report/describe-failure';
import { collectOutcome, type LeafOutcome, type OutcomeCollector } from '../../report/leaf-outcome';
import { digestOf, RESULT_SCHEMA, type ResultFile } from '../../report/result-file';
import { junitFileAt } from '../../report/junit-file';
import { createResultWriter, type ResultWriter } from '../../report/result-writer';
import { leafLabel } from '../../report/leaf-label';
import { formatLeafReport } from '../../report/terminal-report';
import { judgeProcess } from '../../run/judge-process';
import {
  cargoTestDoc,
  findLibrary,
  listDocTests,
  listIgnoredDocTests,
  type ListedDocTests,
} from './list-doc-tests';
import type { DocMachine } from './doc-machine';
import type { TestDocOptions } from './options';
import { runRustdoc } from './run-rustdoc';

/** The doc tests of a package, and what they run with. */
export interface DocRun {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  /** Where they are compiled and run. */
  readonly machine: DocMachine;
  readonly options: TestDocOptions;
  /** Checks what was read so far, and returns the absolute paths of the sources among it. */
  readonly check: (listed: ListedDocTests) => Promise<readonly string[]>;
  /** Shows a line at once. */
  readonly announce: (line: string) => void;
}

/** How doc tests ended. */
export interface DocEnd {
  readonly success: boolean;
  /** The text for the user. */
  readonly report: string;
}

/**
 * Lists the doc tests of a library, runs those that the arguments select and
 * keeps the results file up to date.
 *
 * @throws {CargoTestError} as `listDocTests` and {@link DocRun.check} do;
 *   `INVALID_OPTIONS` for arguments that cannot be passed on.
 */
export async function runDocTests(request: DocRun): Promise<DocEnd> {
  // Nx has listeners of its own, so a signal does not end us: nothing new may start after it.
  let isEnding = false;
  const release = onOwnEnd(() => {
    isEnding = true;
  });
  try {
    return await listAndRun(request, () => isEnding);
  } finally {
    release();
  }
}

async function listAndRun(request: DocRun, isEnding: () => boolean): Promise<DocEnd> {
  const { options, workspaceRoot, machine } = request;
  const args = parseDocArguments(options.args);
  await machine.provideSources();
  const found = await findLibrary(machine, options);
  const buildFolder = await machine.host.recordsFolder(found.cargo);
  const hashed = await withKeptSources(
    buildFolder,
    options.package,
    readHashedSources(
      takeSnapshot(sourceFolders(found.cargo, found.package)).keys(),
      commandStart(),
      openTouchedSources(buildFolder).changedAt,
    ),
  );
  const listed = await listDocTests({
    ...found,
    machine,
    options,
    environment: await machine.environment(),
    announce: request.announce,
  });
  const sources = await request.check(listed);

  const writer = createResultWriter(
    resolve(workspaceRoot, docResultFile(options.cargoWorkspace, options.package)),
  );
  const content = (outcome: LeafOutcome, complete: boolean): ResultFile => ({
    schema: RESULT_SCHEMA,
    leaf: DOC_LEAF,
    // rustdoc leaves no objects to take a fingerprint of: this says which doc tests there were.
    fingerprint: digestOf(listed.tests.map(({ id }) => `${id}\n`).join('')),
    args: [...options.args],
    complete,
    success: complete && outcome.success,
    seconds: outcome.seconds,
    problems: [...outcome.problems],
    tests: [...outcome.tests],
  });
  const collector = collectOutcome(
    listed.tests.map(({ id }) => id),
    [],
  );
  const junit = junitFileAt(
    resolve(workspaceRoot, docJunitFile(options.cargoWorkspace, options.package)),
    options.package,
  );
  await junit.clear();
  await writer.write(content(collector.outcome(), false));
  try {
    if (isEnding()) collector.fail('the run was cancelled');
    else await runSelected(listed, args, collector, writer, content);
    // At the end, because rustdoc reads the sources anew to run what it listed.
    assertSourcesAsHashed([...new Set(sources)], hashed);
  } catch (error) {
    // What has run so far must still reach the user and the results file.
    collector.fail(describeFailure(error));
  }
  const outcome = collector.outcome();
  await writer.write(content(outcome, true));
  await junit.write(content(outcome, true), outcome, true);
  const { success } = outcome;
  const label = leafLabel(DOC_LEAF);
  if (listed.tests.length === 0 && success) return { success, report: `${label}: none\n` };
  const showOutput = args.showOutput;
  const report = formatLeafReport(outcome, {
    label,
    harness: true,
    showOutput,
    verbose: false,
    reasons: new Map(),
  });
  return { success, report };
}

async function runSelected(
  listed: ListedDocTests,
  args: DocArguments,
  collector: OutcomeCollector,
  writer: ResultWriter,
  content: (outcome: LeafOutcome, complete: boolean) => ResultFile,
): Promise<void> {
  const ignored =
    args.ignored === 'only' && listed.tests.length > 0
      ? await listIgnoredDocTests(listed, listed.tests)
      : new Set<string>();
  const { selected, notSelected } = selectDocTests(listed.tests, args, ignored);
  for (const { test, why } of notSelected) {
    const verdict = { kind: 'notRun', cause: 'notSelected', why } as const;
    collector.add({ type: 'verdict', test: test.id, verdict });
  }
  if (selected.length === 0) return;
  const tests = selected.map(({ id }) => id);
  collector.add({ type: 'started', process: 0, tests });
  const told = new Set<string>();
  let writing = Promise.resolve();
  await listed.machine.withPipe(async (pipe) => {
    const end = await runRustdoc({
      command: cargoTestDoc(listed, ['-v'], ['--logfile', pipe.path, ...args.words]),
      pipe,
      spawn: listed.machine.spawn,
      warnAfterSeconds: listed.options.warnAfterSeconds,
      killAfterSeconds: listed.options.killAfterSeconds,
      onSilence: (seconds) => listed.announce(`no doc test has ended for over ${seconds} s`),
      onLog(log) {
        tellVerdicts(log, selected, told, collector);
        // A state that could not be written is followed by the final one, which has to be.
        writing = writing
          .then(() => writer.progress(() => content(collector.outcome(), false)))
          .catch(() => undefined);
      },
    });
    await writing;
    const { killed, exit } = end;
    const judgement = judgeProcess({
      tests,
      log: readDocVerdictLog(end.log, selected),
      exit,
      running: [],
      ...(killed === undefined ? {} : { killed: { cause: 'timeout', why: killed, tests: [] } }),
    });
    for (const [test, logged] of judgement.verdicts) {
      if (!told.has(test)) collector.add({ type: 'verdict', test, ...logged });
    }
    const stderr = findRustdocCommand(end.stderr, pipe.path)?.ownStderr ?? end.stderr;
    const output = { type: 'output', process: 0 } as const;
    collector.add({ ...output, stream: 'stdout', text: end.stdout });
    collector.add({
      ...output,
      stream: 'stderr',
      text: stderr.replaceAll(/warning: `--logfile` is deprecated\n?/g, ''),
    });
    collector.add({
      type: 'ended',
      process: 0,
      exit,
      seconds: end.seconds,
      leftProcesses: end.leftProcesses,
      ...(judgement.problem === undefined ? {} : { problem: judgement.problem }),
    });
  });
}

function tellVerdicts(
  log: string,
  selected: readonly DocTest[],
  told: Set<string>,
  collector: OutcomeCollector,
): void {
  for (const [test, logged] of readDocVerdictLog(log, selected).verdicts) {
    if (told.has(test)) continue;
    told.add(test);
    collector.add({ type: 'verdict', test, ...logged });
  }
}
