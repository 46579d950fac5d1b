import { performance } from 'node:perf_hooks';
import type { PlannedProcess, RunPlan } from '../plan/run-plan';
import type { SupervisedChild } from '../process/supervise-group';
import type { EventQueue } from './event-queue';
import {
  judgeByExit,
  judgeCutShort,
  judgeProcess,
  killedAlone,
  type EndedProcess,
  type Judgement,
} from './judge-process';
import { createLogfileWarningFilter } from './logfile-warning';
import { outsideKill } from './outside-kill';
import type { RunEvent } from './run-event';
import { trackRunningTests } from './running-tests';
import { createSlowTestLines } from './slow-test-lines';
import { batchesAfter } from './smaller-batches';
import type { TestHost } from './test-host';
import { readVerdictLog, type LoggedVerdict, type VerdictLog } from './verdict-log';

/** Why tests don't run, or don't end, once the run is over. */
export const CANCELLED = 'the run was cancelled';

/** A process to run, and what it runs with. */
export interface ProcessRun {
  readonly plan: RunPlan;
  readonly planned: PlannedProcess;
  /** Number of the process within the run. */
  readonly index: number;
  readonly host: TestHost;
  /** How often the log file is read. */
  readonly pollMilliseconds: number;
  readonly events: EventQueue<RunEvent>;
  readonly signal: AbortSignal | undefined;
  /** Nothing more is to be started. */
  readonly isOver: () => boolean;
}

/**
 * Runs a process and gives the tests that have to run again, each list in a process of its own.
 *
 * @param logFile A path on the host, at which there is nothing yet.
 */
export async function runProcess(run: ProcessRun, logFile: string): Promise<string[][]> {
  const { plan, planned, index, host, events, signal } = run;
  const killsBefore = await host.readMemoryKills();
  const asked = new Set(planned.tests);
  const startedAt = now();
  const running = trackRunningTests({
    tests: planned.tests,
    likelyThreads: host.processors(),
    ordered: plan.ordered,
    startedAt,
    ...(plan.threads === undefined ? {} : { threads: plan.threads }),
  });
  const tell = createTeller(events);

  events.push({ type: 'started', process: index, tests: planned.tests });
  const child = start(run, logFile, (test, seconds) => running.reportedSlow(test, seconds, now()));

  const watch = child.pid === undefined ? undefined : host.watchResources?.(child.pid);

  let killed: EndedProcess['killed'];
  const kill = (cause: 'timeout' | 'abort', why: string, tests: readonly string[]): void => {
    if (killed !== undefined) return;
    killed = { cause, why, tests };
    events.push({ type: 'killed', process: index, why, tests });
    child.kill();
  };
  const onAbort = (): void => kill('abort', CANCELLED, []);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) onAbort();

  let size: number | undefined;
  let followed: VerdictLog | undefined;
  const followLog = async (): Promise<void> => {
    const grown = await host.sizeOf(logFile);
    if (grown === size) return;
    size = grown;
    followed = await readLog(host, logFile, asked);
    for (const [test, logged] of followed?.verdicts ?? []) {
      running.ended(test, now());
      // The duration of a lone test is known at the end of its process.
      if (planned.tests.length > 1) tell.verdict(test, logged);
    }
  };
  const stopWatching = repeat(async () => {
    if (plan.harness) await followLog();
    const { warnAfterSeconds, killAfterSeconds } = plan.limits;
    for (const test of running.runningFor(warnAfterSeconds, now()) ?? []) {
      tell.slow(test, warnAfterSeconds);
    }
    const late = running.runningFor(killAfterSeconds, now());
    if (late !== undefined) {
      kill('timeout', describeOverdue(late, killAfterSeconds, running.pending()), late);
    }
  }, run.pollMilliseconds);

  const { exit, leftProcesses, peaks: seenThere } = await child.ended;
  const peaks = watch?.stop() ?? seenThere;
  const seconds = now() - startedAt;
  signal?.removeEventListener('abort', onAbort);
  await stopWatching();
  child.flush();

  // With its machine, the log is lost; what was seen of it stands.
  if (plan.harness && exit.type !== 'lost') followed = await readLog(host, logFile, asked);
  const log = followed;
  for (const test of log?.verdicts.keys() ?? []) running.ended(test, now());
  const outside =
    killed === undefined && !run.isOver()
      ? await outsideKill(exit, plan.command.length > 1, killsBefore, () => host.readMemoryKills())
      : undefined;
  const left = planned.tests.filter((test) => log?.verdicts.has(test) !== true);
  const isReliable = (log?.conflicts.length ?? 0) === 0;
  const overdue = killed?.cause === 'timeout' ? killed : undefined;
  // Those that were overdue have had their time; the others may have waited for them.
  const again = left.filter((test) => overdue?.tests.includes(test) !== true);
  const why = outside ?? (overdue === undefined ? undefined : `a time limit (${overdue.why})`);
  const isRerun =
    why !== undefined &&
    isReliable &&
    again.length > 0 &&
    planned.tests.length > 1 &&
    !run.isOver();

  let judgement: Judgement;
  if (isRerun) {
    judgement = judgeCutShort(log?.verdicts ?? new Map<string, LoggedVerdict>(), overdue);
  } else if (outside !== undefined && isReliable && left.length > 0) {
    judgement = killedAlone(left, outside);
  } else if (plan.harness) {
    judgement = judgeProcess({
      tests: planned.tests,
      log,
      exit,
      running: running.probablyRunning(),
      ...(killed === undefined ? {} : { killed }),
    });
  } else {
    judgement = judgeByExit(planned.tests[0] ?? plan.leaf, exit, killed);
  }
  // Alone in its process, a test took as long as the process.
  const duration = planned.tests.length === 1 && exit.type !== 'notStarted' ? { seconds } : {};
  for (const [test, logged] of judgement.verdicts) tell.verdict(test, { ...duration, ...logged });
  const batches = isRerun ? batchesAfter(planned, again) : [];
  if (isRerun)
    events.push({
      type: 'rerun',
      process: index,
      why,
      running: overdue === undefined ? running.probablyRunning() : [],
      batches,
    });
  events.push({
    type: 'ended',
    process: index,
    exit,
    seconds,
    leftProcesses,
    ...(peaks === undefined ? {} : { peaks }),
    ...(judgement.problem === undefined ? {} : { problem: judgement.problem }),
  });
  return batches;
}

/** Starts a process whose output goes to the events; `flush` hands on what was held back. */
function start(
  { plan, planned, index, host, events }: ProcessRun,
  logFile: string,
  onSlow: (test: string, seconds: number) => void,
): SupervisedChild & { flush(): void } {
  const slowLines = createSlowTestLines(onSlow);
  const warningFilter = createLogfileWarningFilter();
  const output = (stream: 'stdout' | 'stderr', text: string): void => {
    if (text !== '') events.push({ type: 'output', process: index, stream, text });
  };
  const [file, ...leading] = plan.command;
  const child = host.spawn(
    {
      file,
      args: [...leading, ...(plan.harness ? ['--logfile', logFile] : []), ...planned.args],
      workingDirectory: plan.workingDirectory,
      environment: plan.environment,
    },
    {
      onOutput(stream, text) {
        if (plan.harness && stream === 'stdout') slowLines(text);
        output(stream, plan.harness && stream === 'stderr' ? warningFilter.next(text) : text);
      },
    },
  );
  return {
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    ended: child.ended,
    kill: () => child.kill(),
    flush: () => output('stderr', warningFilter.end()),
  };
}

/** Tells each verdict and each slow test once. */
function createTeller(events: EventQueue<RunEvent>): {
  verdict(test: string, logged: LoggedVerdict): void;
  slow(test: string, seconds: number): void;
} {
  const told = new Set<string>();
  const warned = new Set<string>();
  return {
    verdict(test, logged) {
      if (told.has(test)) return;
      told.add(test);
      events.push({ type: 'verdict', test, ...logged });
    },
    slow(test, seconds) {
      if (told.has(test) || warned.has(test)) return;
      warned.add(test);
      events.push({ type: 'slow', test, seconds });
    },
  };
}

function describeOverdue(late: readonly string[], seconds: number, pending: number): string {
  if (late.length > 0) return `${late.join(', ')} ran for more than ${seconds} s`;
  if (pending === 0) return `it did not end within ${seconds} s after its last test`;
  return `no test ended for ${seconds} s`;
}

async function readLog(
  host: TestHost,
  file: string,
  asked: ReadonlySet<string>,
): Promise<VerdictLog | undefined> {
  const text = await host.readText(file);
  return text === undefined ? undefined : readVerdictLog(text, asked);
}

/** Repeats an action, never twice at once; the returned function stops it and waits for the last one. */
function repeat(action: () => Promise<void>, milliseconds: number): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    timer = setTimeout(() => {
      // A failed look at the log is not lost: the final reading throws it.
      current = action().catch(() => undefined);
      void current.then(() => {
        if (!stopped) schedule();
      });
    }, milliseconds);
  };
  schedule();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}

function now(): number {
  return performance.now() / 1000;
}
