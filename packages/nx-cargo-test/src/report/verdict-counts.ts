import { describeCommit } from './describe-commit';
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
  /** Tests that were not run because they are known to have passed, by the commit at which they did. */
  readonly reused: ReadonlyMap<string, number>;
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
    reused: sumByCommit(
      tests.flatMap(({ verdict }) =>
        verdict.kind === 'reused' ? [[describeCommit(verdict.passed), 1] as const] : [],
      ),
    ),
  };
}

function sumByCommit(counts: Iterable<readonly [string, number]>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [commit, count] of counts) sums.set(commit, (sums.get(commit) ?? 0) + count);
  return sums;
}

/** For example `1 failed, 7 passed, 2 ignored, 33 unchanged since they passed at 1a2b3c4`; `no test selected` or `no tests` without any that ran. */
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
  if (counts.reused.size > 0) parts.push(describeReused(counts.reused));
  if (parts.length === 0) {
    return counts.notSelected === 0 ? 'no tests' : `no test of ${counts.notSelected} selected`;
  }
  add(counts.notSelected, 'not selected');
  return parts.join(', ');
}

/** `1 unchanged since it passed at 1a2b3c4`, `33 unchanged since they passed (20 at 1a2b3c4, 13 at 5d6e7f8)`. */
function describeReused(reused: VerdictCounts['reused']): string {
  const sorted = [...reused].sort(
    ([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1),
  );
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const since = `${total} unchanged since ${total === 1 ? 'it' : 'they'} passed`;
  const [[only] = ['']] = sorted;
  if (sorted.length === 1) return `${since} at ${only}`;
  return `${since} (${sorted.map(([commit, count]) => `${count} at ${commit}`).join(', ')})`;
}

/** The sum of several counts. */
export function addCounts(all: readonly VerdictCounts[]): VerdictCounts {
  const sum = (key: Exclude<keyof VerdictCounts, 'reused'>): number =>
    all.reduce((total, counts) => total + counts[key], 0);
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    expectedFailures: sum('expectedFailures'),
    killed: sum('killed'),
    notRun: sum('notRun'),
    ignored: sum('ignored'),
    notSelected: sum('notSelected'),
    reused: sumByCommit(all.flatMap(({ reused }) => [...reused])),
  };
}
