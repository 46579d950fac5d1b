import { describeExit, type ProcessExit } from '../process/process-exit';
import type { Verdict } from './run-event';
import type { LoggedVerdict, VerdictLog } from './verdict-log';

/** What is known of a process of the test harness after its end. */
export interface EndedProcess {
  /** The tests that it was asked to run. */
  readonly tests: readonly string[];
  /** Undefined when it wrote no log file at all. */
  readonly log: VerdictLog | undefined;
  readonly exit: ProcessExit;
  /** Why we killed it, and the tests that took too long, if we did. */
  readonly killed?: {
    readonly cause: 'timeout' | 'abort';
    readonly why: string;
    readonly tests: readonly string[];
  };
  /** The tests that were running at its end, as well as can be known. */
  readonly running: readonly string[];
}

/** One verdict for each test, and why they don't suffice for a success, if so. */
export interface Judgement {
  readonly verdicts: ReadonlyMap<string, LoggedVerdict>;
  readonly problem?: string;
}

/**
 * Gives each test of a process its one verdict. Verdicts of the log stand; they
 * make a success only if every test asked for has one and the process ended by
 * itself with the status that fits them.
 */
export function judgeProcess(ended: EndedProcess): Judgement {
  const verdicts = new Map<string, LoggedVerdict>(ended.log?.verdicts ?? []);
  const pending = ended.tests.filter((test) => !verdicts.has(test));
  const { exit, killed } = ended;

  if (exit.type === 'notStarted') {
    return settle(verdicts, pending, [], '', `the test binary ${describeExit(exit)}`, undefined);
  }
  if (killed !== undefined) {
    for (const test of killed.tests) {
      if (pending.includes(test)) {
        verdicts.set(test, { verdict: { kind: 'killed', cause: 'timeout', by: killed.why } });
      }
    }
    const rest = pending.filter((test) => !verdicts.has(test));
    const accountedFor = rest.length < pending.length;
    return settle(
      verdicts,
      rest,
      ended.running,
      `its process was killed: ${killed.why}`,
      `the process was killed: ${killed.why}`,
      accountedFor ? ended.log?.conflicts[0] : `the process was killed: ${killed.why}`,
    );
  }
  if (ended.log === undefined) {
    const why = `the test binary ended with ${describeExit(exit)} and wrote no log file`;
    return settle(
      verdicts,
      pending,
      [],
      '',
      why,
      `${why}: either it refused its arguments, or it is not built with Rust's own test harness`,
    );
  }
  const early = `the process ended with ${describeExit(exit)}`;
  const failures = [...verdicts.values()].filter(({ verdict }) => verdict.kind === 'failed').length;
  return settle(
    verdicts,
    pending,
    ended.running,
    `${early} before the test had ended`,
    early,
    ended.log.conflicts[0] ?? wrongExit(exit, failures, pending.length),
  );
}

/** Judges a binary without test harness, which is one test. */
export function judgeByExit(
  test: string,
  exit: ProcessExit,
  killed: EndedProcess['killed'],
): Judgement {
  const one = (verdict: Verdict, problem?: string): Judgement => ({
    verdicts: new Map([[test, { verdict }]]),
    ...(problem === undefined ? {} : { problem }),
  });
  if (exit.type === 'notStarted') {
    const why = `the test binary ${describeExit(exit)}`;
    return one({ kind: 'notRun', cause: 'processEnd', why }, why);
  }
  if (killed !== undefined) {
    const cause = killed.cause === 'timeout' ? 'timeout' : 'processEnd';
    return one({ kind: 'killed', cause, by: killed.why });
  }
  if (exit.type !== 'code') {
    return one({ kind: 'killed', cause: 'processEnd', by: describeExit(exit) });
  }
  if (exit.code === 0) return one({ kind: 'passed' });
  return one({ kind: 'failed', message: describeExit(exit) });
}

/**
 * Judges a process that did not end by itself and whose other tests run again:
 * verdicts of the log stand, and tests that took too long were killed. If nobody can
 * tell which those were, the process is a failure even if all of them pass then.
 */
export function judgeCutShort(
  logged: ReadonlyMap<string, LoggedVerdict>,
  overdue: EndedProcess['killed'],
): Judgement {
  const verdicts = new Map(logged);
  if (overdue === undefined) return { verdicts };
  const late = overdue.tests.filter((test) => !verdicts.has(test));
  const verdict: Verdict = { kind: 'killed', cause: 'timeout', by: overdue.why };
  for (const test of late) verdicts.set(test, { verdict });
  return late.length > 0
    ? { verdicts }
    : { verdicts, problem: `the process was killed: ${overdue.why}` };
}

/** Judges tests that were killed from outside although nothing else ran in their process. */
export function killedAlone(tests: readonly string[], why: string): Judgement {
  const verdict: Verdict = {
    kind: 'killed',
    cause: 'processEnd',
    by: `killed by ${why}, alone in its process`,
  };
  return { verdicts: new Map(tests.map((test) => [test, { verdict }])) };
}

function wrongExit(exit: ProcessExit, failures: number, pending: number): string | undefined {
  const how = `the process ended with ${describeExit(exit)}`;
  if (pending > 0) return `${how} before all of its tests had a verdict`;
  if (exit.type !== 'code') return `${how} after its last test`;
  if (exit.code === (failures > 0 ? 101 : 0)) return undefined;
  return `${how}, although ${failures === 0 ? 'no test' : 'a test'} had failed`;
}

function settle(
  verdicts: Map<string, LoggedVerdict>,
  pending: readonly string[],
  running: readonly string[],
  by: string,
  why: string,
  problem: string | undefined,
): Judgement {
  for (const test of pending) {
    const verdict: Verdict = running.includes(test)
      ? { kind: 'killed', cause: 'processEnd', by }
      : { kind: 'notRun', cause: 'processEnd', why };
    verdicts.set(test, { verdict });
  }
  const said = problem ?? (pending.length > 0 && running.length === 0 ? why : undefined);
  return { verdicts, ...(said === undefined ? {} : { problem: said }) };
}
