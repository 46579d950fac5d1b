/**
 * Keeps track of which tests of a libtest process run, although libtest tells
 * of ends only: it starts tests in a known order, so the first N without a
 * verdict run when there are N threads. All times are seconds of one clock.
 */
export interface RunningTests {
  /** Tells that a test has its verdict. */
  ended(test: string, now: number): void;
  /** Libtest itself said that a test has been running for so long. Only a hint: a test can print that, too. */
  reportedSlow(test: string, seconds: number, now: number): void;
  /**
   * The tests that have surely been running for that long. Undefined if none
   * has; empty when some has but nobody can tell which, and when all tests have
   * ended for that long but their process has not.
   */
  runningFor(seconds: number, now: number): readonly string[] | undefined;
  /** The tests that run, as well as can be known. */
  probablyRunning(): readonly string[];
  /** Number of tests without a verdict. */
  pending(): number;
}

/** What {@link trackRunningTests} knows of a process. */
export interface TrackedProcess {
  /** Tests in the order in which libtest starts them. */
  readonly tests: readonly string[];
  /** Number of threads, when it is certain. */
  readonly threads?: number;
  /** Number of threads that libtest is likely to choose by itself. */
  readonly likelyThreads: number;
  /** False when the order of `tests` is not the one in which they start. */
  readonly ordered: boolean;
  /** When the process started. */
  readonly startedAt: number;
}

/** Starts to keep track of a process that has just been started. */
export function trackRunningTests(tracked: TrackedProcess): RunningTests {
  const pending = new Set(tracked.tests);
  const since = new Map<string, number>();
  let lastEnd = tracked.startedAt;
  // Without a certain number of threads only the first test without a verdict surely runs.
  const sureThreads = tracked.threads ?? 1;

  const first = (count: number): string[] => {
    const result: string[] = [];
    for (const test of pending) {
      if (result.length === count) break;
      result.push(test);
    }
    return result;
  };
  const noteStarts = (now: number): void => {
    if (!tracked.ordered) return;
    for (const test of first(sureThreads)) if (!since.has(test)) since.set(test, now);
  };
  noteStarts(tracked.startedAt);

  return {
    ended(test, now) {
      if (!pending.delete(test)) return;
      since.delete(test);
      lastEnd = now;
      noteStarts(now);
    },
    reportedSlow(test, seconds, now) {
      if (!pending.has(test)) return;
      const started = Math.max(now - seconds, tracked.startedAt);
      since.set(test, Math.min(since.get(test) ?? started, started));
    },
    runningFor(seconds, now) {
      const tests = [...since].filter(([, start]) => now - start >= seconds).map(([test]) => test);
      if (tests.length > 0) return tests;
      if (now - lastEnd < seconds) return undefined;
      if (pending.size === 0) return [];
      if (tracked.ordered) return undefined;
      // All that run had started before the last verdict.
      return pending.size <= sureThreads ? [...pending] : [];
    },
    probablyRunning() {
      const threads = tracked.threads ?? tracked.likelyThreads;
      if (!tracked.ordered) return pending.size <= threads ? [...pending] : [];
      return [...new Set([...first(threads), ...since.keys()])];
    },
    pending: () => pending.size,
  };
}
