import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { withTests, type PlannedProcess, type RunPlan } from '../plan/run-plan';
import { onOwnEnd } from '../process/on-own-end';
import type { SpawnSupervised, SupervisedChild } from '../process/supervise-group';
import type { Limit } from './concurrency';
import { createEventQueue, type EventQueue } from './event-queue';
import {
  judgeByExit,
  judgeProcess,
  killedAlone,
  type EndedProcess,
  type Judgement,
} from './judge-process';
import { createLogfileWarningFilter } from './logfile-warning';
import { readMemoryKills, type MemoryKills } from './memory-kills';
import { outsideKill } from './outside-kill';
import { withPrivateFolder } from './private-folder';
import type { RunEvent } from './run-event';
import type { Runner } from './runner';
import { trackRunningTests } from './running-tests';
import { createSlowTestLines } from './slow-test-lines';
import { smallerBatches } from './smaller-batches';
import { readVerdictLog, type LoggedVerdict, type VerdictLog } from './verdict-log';

/** What a {@link createNativeRunner} needs. */
export interface NativeRunnerOptions {
  readonly spawn: SpawnSupervised;
  /** Shared by all plans that run at the same time: one place for each process. */
  readonly limit: Limit;
  /** How often the log file is read while tests run. Default: 200. */
  readonly pollMilliseconds?: number;
  /** Default: {@link readMemoryKills} of this system. */
  readonly readMemoryKills?: () => Promise<MemoryKills>;
}

/**
 * Runs plans as processes of this host. Verdicts come from libtest's log file,
 * which tests don't write to; the log is followed for the sake of the time limits
 * and of progress, and what it says at the end decides.
 *
 * What a process leaves without a verdict when SIGKILL from outside ends it, as the
 * kernel's when memory runs out, runs again in smaller processes, down to a test
 * alone. Other early ends are failures.
 */
export function createNativeRunner(options: NativeRunnerOptions): Runner {
  return {
    run(plan, signal) {
      const events = createEventQueue<RunEvent>();
      runProcesses(plan, options, events, signal).then(events.end, events.fail);
      return events;
    },
  };
}

const cancelled = 'the run was cancelled';

async function runProcesses(
  plan: RunPlan,
  options: NativeRunnerOptions,
  events: EventQueue<RunEvent>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { test, why } of plan.notSelected) {
    events.push({
      type: 'verdict',
      test,
      verdict: { kind: 'notRun', cause: 'notSelected', why },
    });
  }
  // Nx has listeners of its own, so a signal does not end us: nothing new may start after it.
  let isEnding = false;
  const release = onOwnEnd(() => {
    isEnding = true;
  });
  try {
    const isOver = (): boolean => isEnding || signal?.aborted === true;
    const waiting = [...plan.processes];
    for (let index = 0; waiting.length > 0; index++) {
      const planned = waiting.shift()!;
      await options.limit(async () => {
        if (isOver()) {
          for (const test of planned.tests) {
            events.push({
              type: 'verdict',
              test,
              verdict: { kind: 'notRun', cause: 'processEnd', why: cancelled },
            });
          }
          return;
        }
        const run = { plan, planned, index, options, events, signal, isOver };
        const batches = await withPrivateFolder((folder) =>
          runProcess(run, join(folder, 'verdicts.log')),
        );
        waiting.unshift(...batches.map((tests) => withTests(planned, tests)));
      });
    }
  } finally {
    release();
  }
}

/** What {@link runProcess} works with. */
interface ProcessRun {
  readonly plan: RunPlan;
  readonly planned: PlannedProcess;
  /** Number of the process within the run. */
  readonly index: number;
  readonly options: NativeRunnerOptions;
  readonly events: EventQueue<RunEvent>;
  readonly signal: AbortSignal | undefined;
  /** Nothing more is to be started. */
  readonly isOver: () => boolean;
}

/** Runs a process and gives the tests that have to run again, each list in a process of its own. */
async function runProcess(run: ProcessRun, logFile: string): Promise<string[][]> {
  const { plan, planned, index, options, events, signal } = run;
  const countKills = options.readMemoryKills ?? readMemoryKills;
  const killsBefore = await countKills();
  const asked = new Set(planned.tests);
  const startedAt = now();
  const running = trackRunningTests({
    tests: planned.tests,
    likelyThreads: availableParallelism(),
    ordered: plan.ordered,
    startedAt,
    ...(plan.threads === undefined ? {} : { threads: plan.threads }),
  });
  const tell = createTeller(events);

  events.push({ type: 'started', process: index, tests: planned.tests });
  const child = start(run, logFile, (test, seconds) => running.reportedSlow(test, seconds, now()));

  let killed: EndedProcess['killed'];
  const kill = (cause: 'timeout' | 'abort', why: string, tests: readonly string[]): void => {
    if (killed !== undefined) return;
    killed = { cause, why, tests };
    events.push({ type: 'killed', process: index, why, tests });
    child.kill();
  };
  const onAbort = (): void => kill('abort', cancelled, []);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted === true) onAbort();

  let size = -1;
  const followLog = async (): Promise<void> => {
    const grown = await stat(logFile).then(
      (status) => status.size,
      () => -1,
    );
    if (grown === size) return;
    size = grown;
    const log = await readLog(logFile, asked);
    for (const [test, logged] of log?.verdicts ?? []) {
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
      kill('timeout', overdue(late, killAfterSeconds, running.pending()), late);
    }
  }, options.pollMilliseconds ?? 200);

  const { exit, leftProcesses } = await child.ended;
  const seconds = now() - startedAt;
  signal?.removeEventListener('abort', onAbort);
  await stopWatching();
  child.flush();

  const log = plan.harness ? await readLog(logFile, asked) : undefined;
  for (const test of log?.verdicts.keys() ?? []) running.ended(test, now());
  const outside =
    killed === undefined && !run.isOver()
      ? await outsideKill(exit, plan.command.length > 1, killsBefore, countKills)
      : undefined;
  const left = planned.tests.filter((test) => log?.verdicts.has(test) !== true);
  const isReliable = (log?.conflicts.length ?? 0) === 0;
  const isRerun =
    outside !== undefined && isReliable && left.length > 0 && planned.tests.length > 1;

  let judgement: Judgement;
  if (isRerun) {
    judgement = { verdicts: log?.verdicts ?? new Map<string, LoggedVerdict>() };
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
  const batches = isRerun ? smallerBatches(left, planned.tests.length) : [];
  if (isRerun)
    events.push({
      type: 'rerun',
      process: index,
      why: outside,
      running: running.probablyRunning(),
      batches,
    });
  events.push({
    type: 'ended',
    process: index,
    exit,
    seconds,
    leftProcesses,
    ...(judgement.problem === undefined ? {} : { problem: judgement.problem }),
  });
  return batches;
}

/** Starts a process whose output goes to the events; `flush` hands on what was held back. */
function start(
  { plan, planned, index, options, events }: ProcessRun,
  logFile: string,
  onSlow: (test: string, seconds: number) => void,
): SupervisedChild & { flush(): void } {
  const slowLines = createSlowTestLines(onSlow);
  const warningFilter = createLogfileWarningFilter();
  const output = (stream: 'stdout' | 'stderr', text: string): void => {
    if (text !== '') events.push({ type: 'output', process: index, stream, text });
  };
  const [file, ...leading] = plan.command;
  const child = options.spawn(
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

function overdue(late: readonly string[], seconds: number, pending: number): string {
  if (late.length > 0) return `${late.join(', ')} ran for more than ${seconds} s`;
  if (pending === 0) return `it did not end within ${seconds} s after its last test`;
  return `no test ended for ${seconds} s`;
}

async function readLog(file: string, asked: ReadonlySet<string>): Promise<VerdictLog | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return readVerdictLog(text, asked);
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
