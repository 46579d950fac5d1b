import type { Verdict } from '../run/run-event';
import { describeCommit } from './describe-commit';
import { splitOwnOutput } from './failure-output';
import { failedAsExpected, isAcceptable, type LeafOutcome, type TestOutcome } from './leaf-outcome';
import { countsOf, formatCounts } from './verdict-counts';

/** How to show a leaf. */
export interface ReportOptions {
  /** {@link leafLabel} of the leaf. */
  readonly label: string;
  /** False for `harness = false`, whose output is nobody's but its own. */
  readonly harness: boolean;
  /** Shows all output, also that of tests that pass. */
  readonly showOutput: boolean;
  /** Names every test that was reused, too. */
  readonly verbose: boolean;
  /** Why tests ran, by name; for those tests alone of which others were reused. */
  readonly reasons: ReadonlyMap<string, string>;
}

/**
 * The text that a user reads about a leaf: a summary line first, then what is
 * worth knowing of single tests, and the whole output of what failed last.
 */
export function formatLeafReport(outcome: LeafOutcome, options: ReportOptions): string {
  const lines = [
    `${options.label}: ${formatCounts(countsOf(outcome.tests))} (${outcome.seconds.toFixed(2)} s)`,
    ...outcome.problems.map((problem) => `  problem: ${problem}`),
    ...outcome.notes.map((note) => `  note: ${note}`),
    ...outcome.tests.flatMap((test) => lineAbout(test, options.verbose)),
    ...linesAboutReasons(options.reasons),
  ];
  const shown = options.showOutput ? allOutput(outcome) : [];
  if (!outcome.success && !options.showOutput) {
    shown.push(...failedOutput(outcome, options.harness));
  }
  return `${[...lines, ...shown].join('\n')}\n`;
}

/** Tests that run for the same reason share a line. */
function linesAboutReasons(reasons: ReadonlyMap<string, string>): string[] {
  const byReason = new Map<string, string[]>();
  for (const [test, reason] of reasons) {
    const tests = byReason.get(reason);
    if (tests === undefined) byReason.set(reason, [test]);
    else tests.push(test);
  }
  return [...byReason].map(([reason, tests]) => `  run because ${reason}: ${tests.join(', ')}`);
}

/** Tests that just passed, or that the user left out, need no line. */
function lineAbout(test: TestOutcome, verbose: boolean): string[] {
  const { verdict } = test;
  if (verdict.kind === 'reused' && !verbose) return [];
  if (verdict.kind === 'passed') {
    return test.expectedFailure ? [`  passed although its failure is expected: ${test.name}`] : [];
  }
  if (verdict.kind === 'notRun' && verdict.cause === 'notSelected') return [];
  const what = failedAsExpected(test) ? 'expected failure' : kindText(verdict);
  const why = reason(verdict);
  return [`  ${what}: ${test.name}${why === '' ? '' : ` (${why})`}`];
}

function kindText(verdict: Verdict): string {
  if (verdict.kind === 'notRun') return 'not run';
  return verdict.kind === 'reused' ? 'unchanged' : verdict.kind;
}

function reason(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'passed':
      return '';
    case 'reused':
      return `passed at ${describeCommit(verdict.passed)}, ${verdict.passed.machine}`;
    case 'failed':
    case 'ignored':
      return (verdict.message ?? '').replace(/\s*\n\s*/g, '; ');
    case 'killed':
      return verdict.by;
    case 'notRun':
      return verdict.why;
  }
}

function allOutput(outcome: LeafOutcome): string[] {
  return outcome.output.flatMap(({ stdout, stderr }) => [
    ...section('standard output', stdout),
    ...section('standard error', stderr),
  ]);
}

function failedOutput(outcome: LeafOutcome, harness: boolean): string[] {
  const bad = outcome.tests.filter((test) => !isAcceptable(test));
  const failed = new Set(
    bad.filter(({ verdict }) => verdict.kind === 'failed').map(({ name }) => name),
  );
  const uncaptured: string[] = [];
  const own: string[] = [];
  for (const output of outcome.output) {
    const concerned =
      outcome.problems.length > 0 || bad.some((test) => output.tests.includes(test.name));
    if (!concerned) continue;
    const split = harness
      ? splitOwnOutput(output, failed)
      : { own: new Map<string, string>(), rest: output.stdout };
    uncaptured.push(...section('standard output', split.rest));
    uncaptured.push(...section('standard error', output.stderr));
    for (const [name, text] of split.own) own.push(...section(name, text));
    const silent = output.tests.filter((test) => failed.has(test) && !split.own.has(test));
    const cutShort = bad.some(
      ({ name, verdict }) => verdict.kind === 'killed' && output.tests.includes(name),
    );
    if (harness && cutShort && silent.length > 0) {
      // Libtest keeps the output of failed tests until its process ends by itself.
      own.push('', `The output of ${silent.join(', ')} was lost when the process ended early.`);
    }
  }
  return [...uncaptured, ...own];
}

function section(title: string, text: string): string[] {
  const body = text.replace(/^\n+|\s+$/g, '');
  return body === '' ? [] : ['', `---- ${title} ----`, body];
}
