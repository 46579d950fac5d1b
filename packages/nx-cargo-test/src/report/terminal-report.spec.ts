import type { RunEvent, Verdict } from '../run/run-event';
import { collectOutcome, type LeafOutcome } from './leaf-outcome';
import { leafLabel } from './leaf-label';
import { formatLeafReport, type ReportOptions } from './terminal-report';

const timeout: Verdict = { kind: 'killed', cause: 'timeout', by: 'a::t ran for more than 300 s' };
const crash: Verdict = { kind: 'killed', cause: 'processEnd', by: 'SIGSEGV' };

function outcomeOf(
  verdicts: Record<string, Verdict>,
  options: { expected?: string[]; stdout?: string; stderr?: string; problem?: string } = {},
): LeafOutcome {
  const tests = Object.keys(verdicts);
  const collector = collectOutcome(tests, options.expected ?? []);
  const events: RunEvent[] = [
    { type: 'started', process: 0, tests },
    { type: 'output', process: 0, stream: 'stdout', text: options.stdout ?? '' },
    { type: 'output', process: 0, stream: 'stderr', text: options.stderr ?? '' },
    ...tests.map((test): RunEvent => ({
      type: 'verdict',
      test,
      verdict: verdicts[test] as Verdict,
    })),
    {
      type: 'ended',
      process: 0,
      exit: { type: 'code', code: 0 },
      seconds: 0.125,
      leftProcesses: false,
      ...(options.problem === undefined ? {} : { problem: options.problem }),
    },
  ];
  for (const event of events) collector.add(event);
  return collector.outcome();
}

const report = (
  outcome: LeafOutcome,
  showOutput = false,
  options: Partial<ReportOptions> = {},
): string =>
  formatLeafReport(outcome, {
    label: 'a',
    harness: true,
    showOutput,
    verbose: false,
    reasons: new Map(),
    ...options,
  });

test('a success is one line, and its output stays hidden', () => {
  const outcome = outcomeOf({ 'a::t': { kind: 'passed' } }, { stdout: 'noise\n', stderr: 'noise' });
  expect(outcome.success).toBe(true);
  expect(report(outcome)).toBe('a: 1 passed (0.13 s)\n');
  expect(report(outcome, true)).toContain('---- standard output ----\nnoise\n');
});

test('a failure ends with what the failed test wrote', () => {
  const stdout = [
    '',
    'running 2 tests',
    'test a::t ... FAILED',
    'stray line',
    'test a::u ... ok',
    '',
    'failures:',
    '',
    '---- a::t stdout ----',
    'own line',
    'failures:',
    'test a::u ... ok',
    '',
    '',
    'failures:',
    '    a::t',
    '',
    'test result: FAILED. 1 passed; 1 failed',
    '',
  ].join('\n');
  const outcome = outcomeOf({ 'a::t': { kind: 'failed' }, 'a::u': { kind: 'passed' } }, { stdout });
  expect(outcome.success).toBe(false);
  expect(report(outcome)).toBe(
    [
      'a: 1 failed, 1 passed (0.13 s)',
      '  failed: a::t',
      '',
      '---- standard output ----',
      'stray line',
      '',
      '---- a::t ----',
      'own line',
      'failures:',
      'test a::u ... ok',
      '',
    ].join('\n'),
  );
});

test.each<[string, Record<string, Verdict>, string[], boolean]>([
  ['a failure', { 'a::t': { kind: 'failed' } }, [], false],
  ['an expected failure', { 'a::t': { kind: 'failed' } }, ['a::t'], true],
  ['an expected failure that passes', { 'a::t': { kind: 'passed' } }, ['a::t'], true],
  ['an expected failure that takes too long', { 'a::t': timeout }, ['a::t'], true],
  ['a test that takes too long', { 'a::t': timeout }, [], false],
  ['an expected failure that crashes', { 'a::t': crash }, ['a::t'], false],
  ['an ignored test', { 'a::t': { kind: 'ignored' } }, [], true],
  [
    'a test that was not selected',
    { 'a::t': { kind: 'notRun', cause: 'notSelected', why: 'matches no filter' } },
    [],
    true,
  ],
  [
    'a test that did not run',
    { 'a::t': { kind: 'notRun', cause: 'processEnd', why: 'SIGKILL' } },
    [],
    false,
  ],
])('%s', (_, verdicts, expected, success) => {
  expect(outcomeOf(verdicts, { expected }).success).toBe(success);
});

test('expected failures are said in both directions', () => {
  const outcome = outcomeOf(
    { 'a::t': { kind: 'failed', message: 'x\n  y' }, 'a::u': { kind: 'passed' } },
    { expected: ['a::t', 'a::u'] },
  );
  expect(report(outcome)).toBe(
    [
      'a: 1 passed, 1 expected failure (0.13 s)',
      '  expected failure: a::t (x; y)',
      '  passed although its failure is expected: a::u',
      '',
    ].join('\n'),
  );
});

test('a problem fails a leaf whose tests all passed, and shows its output', () => {
  const outcome = outcomeOf(
    { 'a::t': { kind: 'passed' } },
    { problem: 'the process ended with SIGSEGV after its last test', stderr: 'last words' },
  );
  expect(outcome.success).toBe(false);
  expect(report(outcome)).toContain('problem: the process ended with SIGSEGV after its last test');
  expect(report(outcome)).toContain('last words');
});

test('a test without a verdict is not run, and one with two or of another module is a problem', () => {
  const collector = collectOutcome(['a::t'], []);
  expect(collector.outcome()).toMatchObject({
    success: false,
    tests: [{ name: 'a::t', verdict: { kind: 'notRun' } }],
  });
  collector.add({ type: 'verdict', test: 'a::t', verdict: { kind: 'passed' } });
  expect(collector.outcome().success).toBe(true);
  collector.add({ type: 'verdict', test: 'a::t', verdict: { kind: 'passed' } });
  collector.add({ type: 'verdict', test: 'b::t', verdict: { kind: 'passed' } });
  expect(collector.outcome().success).toBe(false);
  expect(collector.outcome().problems).toHaveLength(2);
});

test('endless output loses its middle only, and says so', () => {
  const collector = collectOutcome(['a::t'], []);
  collector.add({ type: 'started', process: 0, tests: ['a::t'] });
  const piece = `${'x'.repeat(1023)}\n`.repeat(1024);
  const add = (text: string): void =>
    collector.add({ type: 'output', process: 0, stream: 'stdout', text });
  add('first\n');
  for (let index = 0; index < 70; index += 1) add(piece);
  add('last\n');
  const text = collector.outcome().output[0]?.stdout ?? '';
  expect(text.startsWith('first\n')).toBe(true);
  expect(text.endsWith('last\n')).toBe(true);
  const dropped = Number(/\[(\d+) characters of output left out here\]/.exec(text)?.[1]);
  const kept = text.length - `\n[${dropped} characters of output left out here]\n`.length;
  expect(kept + dropped).toBe(70 * 1024 * 1024 + 'first\nlast\n'.length);
});

test.each([
  ['lib', 'crate root'],
  ['lib?rest', 'rest'],
  ['lib::task::arena', 'task::arena'],
  ['test:spawn_public', 'test spawn_public'],
])('the leaf %s is called %s', (leaf, label) => {
  expect(leafLabel(leaf)).toBe(label);
});

describe('reused tests', () => {
  const passedAt = (commit: string | undefined, localChanges = false): Verdict => ({
    kind: 'reused',
    passed: {
      ...(commit === undefined ? {} : { commit }),
      localChanges,
      at: '2026-01-01T00:00:00.000Z',
      machine: 'linux 6.1 x64, native',
    },
  });
  const first = passedAt('1a2b3c4d5e');
  const second = passedAt('5d6e7f8a9b', true);

  test('are counted by the commit at which they passed', () => {
    const one = report(outcomeOf({ a: first, b: { kind: 'passed' } }));
    expect(one).toBe('a: 1 passed, 1 unchanged since it passed at 1a2b3c4 (0.13 s)\n');
    expect(report(outcomeOf({ a: first, b: first, c: second, d: passedAt(undefined) }))).toBe(
      'a: 4 unchanged since they passed (2 at 1a2b3c4, 1 at 5d6e7f8 + local changes, 1 at no commit) (0.13 s)\n',
    );
  });

  test('are named one by one only when everything is to be told', () => {
    const outcome = outcomeOf({ a: first });
    expect(report(outcome)).not.toContain('unchanged: a');
    expect(report(outcome, false, { verbose: true })).toContain(
      '  unchanged: a (passed at 1a2b3c4, linux 6.1 x64, native)\n',
    );
  });

  test('the others are named with the reason why they run', () => {
    const reasons = new Map([
      ['b', 'its code changed'],
      ['c', 'it shares the static demo::X with b'],
      ['d', 'its code changed'],
    ]);
    expect(report(outcomeOf({ a: first }), false, { reasons })).toContain(
      '  run because its code changed: b, d\n  run because it shares the static demo::X with b: c\n',
    );
  });

  test('make no leaf fail', () => {
    expect(outcomeOf({ a: first }).success).toBe(true);
  });
});
