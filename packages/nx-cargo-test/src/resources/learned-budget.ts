/** What was learned of how many tests of a leaf fit into one process. */
export interface LearnedBudget {
  /** The last process that was killed from outside, or ran out of something. */
  readonly killed: {
    /** Number of tests that it was to run. */
    readonly tests: number;
    /** What killed it, or what it ran out of, in words. */
    readonly why: string;
    /** It was not killed, but ran out of something. Default: false. */
    readonly exhausted?: true;
    /** ISO 8601 in UTC. */
    readonly at: string;
  };
  /** Number of tests that ended in every process that was killed, in the worst of them. */
  readonly fitted: number;
  /** The most tests of one process that ended by itself after the last kill; 0 if none has. */
  readonly ended: number;
}

/** A test that is to run alone, as a process was killed in which nothing else had run. */
export interface LoneTest {
  readonly test: string;
  /** What killed the process, in words. */
  readonly why: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** All that was learned of a leaf from processes that were killed. */
export interface Lessons {
  readonly budget?: LearnedBudget;
  /** None twice. */
  readonly alone: readonly LoneTest[];
}

/** So few tests that ran at one time are isolated together where nobody can tell which of them it was. */
const FEW_TESTS = 3;

/**
 * The tests that may have brought about a kill by themselves: none had ended in the process, so
 * what others leave behind is not the cause.
 *
 * @param left Tests without a verdict.
 * @param running Those that ran, as well as can be known.
 * @param fitted Number of tests that had run to their end.
 */
export function testsToIsolate(
  left: readonly string[],
  running: readonly string[],
  fitted: number,
): readonly string[] {
  if (fitted > 0) return [];
  if (running.length === 1) return running;
  return left.length <= FEW_TESTS ? left : [];
}

/**
 * Learns from a process of several tests that was killed from outside.
 *
 * @param budget What was known before, if anything.
 * @param fitted Number of its tests that had run to their end by then.
 */
export function learnFromKill(
  budget: LearnedBudget | undefined,
  killed: LearnedBudget['killed'],
  fitted: number,
): LearnedBudget {
  return { killed, fitted: Math.min(budget?.fitted ?? Infinity, fitted), ended: 0 };
}

/** Learns from a process that ran so many tests and ended by itself. */
export function learnFromEnd(budget: LearnedBudget, tests: number): LearnedBudget {
  // One as large as that which was killed may have run other tests, or at another time.
  const isNews = tests > budget.ended && tests < budget.killed.tests;
  return isNews ? { ...budget, ended: tests } : budget;
}

/**
 * The most tests that a process is to run: as many as ended in one after the last
 * kill. If fewer ended than had in the process that was killed, because few were
 * left, it grows from run to run: it doubles up to that number, never beyond.
 */
export function testsPerProcess({ fitted, ended }: LearnedBudget): number {
  return Math.max(1, ended, Math.min(fitted, 2 * ended));
}

/**
 * Parts tests into as few lists as there can be of at most so many tests, of about
 * one length. Together they are all tests, in the same order.
 *
 * @param most 1 or more, may be infinite.
 */
export function splitTests<T>(tests: readonly T[], most: number): T[][] {
  // Without a limit there is one list, but none for no tests; no limit may drop a test.
  const count =
    tests.length === 0 ? 0 : Math.max(1, Math.ceil(tests.length / (most >= 1 ? most : 1)));
  const parts: T[][] = [];
  for (let index = 0, at = 0; index < count; index++) {
    const end = Math.round(((index + 1) * tests.length) / count);
    parts.push(tests.slice(at, end));
    at = end;
  }
  return parts;
}

/**
 * Says in a line why no process runs more tests than so many.
 *
 * @param what The processes that this holds for.
 * @param forget The command that makes the budget be forgotten.
 */
export function describeLimit(budget: LearnedBudget, what: string, forget: string): string {
  const most = testsPerProcess(budget);
  const size = most === 1 ? '1 test' : `at most ${most} tests`;
  return `${what} run ${size}, because ${describeKill(budget)}; \`${forget}\` forgets that`;
}

/** Says in a line which tests run alone; undefined if none does. */
export function describeAlone(alone: readonly LoneTest[], forget: string): string | undefined {
  const [first] = alone;
  if (first === undefined) return undefined;
  const tests = alone.map(({ test }) => test).join(', ');
  return (
    `${tests} ${alone.length === 1 ? 'runs' : 'run'} alone, because a process was killed by ${first.why} ` +
    `on ${first.at.slice(0, 10)} before any other test had ended in it; \`${forget}\` forgets that`
  );
}

/** What happened to a process, for the end of a sentence: `was killed by SIGKILL`. */
export function describeEnd({ why, exhausted }: LearnedBudget['killed']): string {
  return exhausted === true ? `ran out of ${why}` : `was killed by ${why}`;
}

function describeKill({ killed }: LearnedBudget): string {
  return `a process of ${killed.tests} ${describeEnd(killed)} on ${killed.at.slice(0, 10)}`;
}

/**
 * Says in a line why the tests of a leaf run in several processes.
 *
 * @param parts Numbers of tests of the processes.
 * @param forget The command that makes the budget be forgotten.
 */
export function describeSplit(
  budget: LearnedBudget,
  parts: readonly number[],
  forget: string,
): string {
  const most = Math.max(...parts);
  const size = most === 1 ? '1 test' : `at most ${most} tests`;
  return `split into ${parts.length} processes of ${size}, because ${describeKill(budget)}; \`${forget}\` forgets that`;
}
