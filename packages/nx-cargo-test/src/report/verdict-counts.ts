import { failedAsExpected, type TestOutcome } from './leaf-outcome';

/** How many tests had which verdict; each test counts once. */
export interface VerdictCounts {
  readonly passed: number;
  readonly failed: number;
  readonly expectedFailures: number;
  readonly killed: number;
  readonly notRun: number;
  readonly ignored: number;
  readonly notSelected: number;
}

/** Counts verdicts. */
export function countsOf(tests: readonly TestOutcome[]): VerdictCounts {
  const count = (matches: (test: TestOutcome) => boolean): number => tests.filter(matches).length;
  return {
    passed: count(({ verdict }) => verdict.kind === 'passed'),
    failed: count((test) => test.verdict.kind === 'failed' && !failedAsExpected(test)),
    expectedFailures: count(failedAsExpected),
    killed: count((test) => test.verdict.kind === 'killed' && !failedAsExpected(test)),
    notRun: count(({ verdict }) => verdict.kind === 'notRun' && verdict.cause !== 'notSelected'),
    ignored: count(({ verdict }) => verdict.kind === 'ignored'),
    notSelected: count(
      ({ verdict }) => verdict.kind === 'notRun' && verdict.cause === 'notSelected',
    ),
  };
}

/** For example `1 failed, 7 passed, 2 ignored`; `no test selected` or `no tests` without any that ran. */
export function formatCounts(counts: VerdictCounts): string {
  const parts: string[] = [];
  const add = (number: number, what: string): void => {
    if (number > 0) parts.push(`${number} ${what}`);
  };
  add(counts.failed, 'failed');
  add(counts.killed, 'killed');
  add(counts.notRun, 'not run');
  add(counts.passed, 'passed');
  add(
    counts.expectedFailures,
    counts.expectedFailures === 1 ? 'expected failure' : 'expected failures',
  );
  add(counts.ignored, 'ignored');
  if (parts.length === 0) {
    return counts.notSelected === 0 ? 'no tests' : `no test of ${counts.notSelected} selected`;
  }
  add(counts.notSelected, 'not selected');
  return parts.join(', ');
}

/** The sum of several counts. */
export function addCounts(all: readonly VerdictCounts[]): VerdictCounts {
  const sum = (key: keyof VerdictCounts): number =>
    all.reduce((total, counts) => total + counts[key], 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    expectedFailures: sum('expectedFailures'),
    killed: sum('killed'),
    notRun: sum('notRun'),
    ignored: sum('ignored'),
    notSelected: sum('notSelected'),
  };
}
