import { performance } from 'node:perf_hooks';
import type { PlannedProcess, RunPlan } from '../plan/run-plan';
import type { ReachedLimit } from '../resources/reached-limits';
import type { EventQueue } from './event-queue';
import { exhaustedTests } from './exhausted-tests';
import {
  judgeByExit,
  judgeCutShort,
  judgeProcess,
  killedAlone,
  type EndedProcess,
  type Judgement,
} from './judge-process';
import { outsideKill } from './outside-kill';
import type { RunEvent } from './run-event';
import { trackRunningTests } from './running-tests';
import { startTests } from './start-tests';
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
  const child = startTests(run, logFile, (test, seconds) =>
    running.reportedSlow(test, seconds, now()),
  );

  const watch = child.pid === undefined ? undefined : host.watchResources?.(child.pid);
  const reached = async (): Promise<readonly ReachedLimit[]> =>
    watch?.reachedLimits?.() ?? (await child.reachedLimits?.()) ?? [];

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
    const verdicts = [...(followed?.verdicts ?? [])];
    for (const [test] of verdicts) running.ended(test, now());
    // The duration of a lone test is known at the end of its process, and so is
    // whether one failed for want of what others had used up.
    if (planned.tests.length === 1) return;
    const isFailed = ([test, { verdict }]: (typeof verdicts)[number]): boolean =>
      verdict.kind === 'failed' && !tell.isTold(test);
    const areFailuresOpen = verdicts.some(isFailed) && (await reached()).length > 0;
    for (const [test, logged] of verdicts)
      if (logged.verdict.kind !== 'failed' || !areFailuresOpen) tell.verdict(test, logged);
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

  const { exit, leftProcesses, watched } = await child.ended;
  const peaks = watch?.stop() ?? watched?.peaks;
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
      ? await outsideKill(exit, plan.command.length > 1, async () => ({
          before: killsBefore,
          after: await host.readMemoryKills(),
          ...(watch?.memoryKill === undefined
            ? watched && { watched }
            : { watched: { memoryKill: watch.memoryKill() } }),
        }))
      : undefined;
  const left = planned.tests.filter((test) => log?.verdicts.has(test) !== true);
  const isReliable = (log?.conflicts.length ?? 0) === 0;
  const overdue = killed?.cause === 'timeout' ? killed : undefined;
  const exhaustion =
    killed === undefined && left.length === 0
      ? exhaustedTests({
          exit,
          failed: planned.tests.filter(
            (test) => log?.verdicts.get(test)?.verdict.kind === 'failed' && !tell.isTold(test),
          ),
          reached: await reached(),
          stdout: child.lastOutput(),
        })
      : undefined;
  // Those that were overdue have had their time; the others may have waited for them.
  const again = exhaustion?.tests ?? left.filter((test) => overdue?.tests.includes(test) !== true);
  const why =
    exhaustion?.why ??
    outside ??
    (overdue === undefined ? undefined : `a time limit (${overdue.why})`);
  const isRerun =
    why !== undefined &&
    isReliable &&
    again.length > 0 &&
    planned.tests.length > 1 &&
    !run.isOver();

  let judgement: Judgement;
  if (isRerun) {
    const verdicts = new Map<string, LoggedVerdict>(log?.verdicts ?? []);
    for (const test of exhaustion?.tests ?? []) verdicts.delete(test);
    judgement = judgeCutShort(verdicts, overdue);
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
      ...(exhaustion === undefined ? {} : { exhausted: exhaustion.tests }),
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

/** Tells each verdict and each slow test once. */
function createTeller(events: EventQueue<RunEvent>): {
  verdict(test: string, logged: LoggedVerdict): void;
  slow(test: string, seconds: number): void;
  isTold(test: string): boolean;
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
    isTold: (test) => told.has(test),
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
