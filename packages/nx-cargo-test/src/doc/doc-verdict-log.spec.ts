import type { DocTest } from './doc-listing';
import { readDocVerdictLog } from './doc-verdict-log';

const tests: DocTest[] = [
  ...['src/lib.rs - (line 2)', 'src/lib.rs - a (line 9)', 'src/lib.rs - b (line 1)'].map(
    (name) => ({
      id: name,
      name,
    }),
  ),
  { id: 'twice (line 1)', name: 'twice (line 1)' },
  { id: 'twice (line 1) #2', name: 'twice (line 1)' },
];

it('reads verdicts of names with spaces, and of several tests of one name', () => {
  const log = [
    'ok src/lib.rs - (line 2)',
    'ignored src/lib.rs - a (line 9) <0.125s>',
    'failed: test did not panic as expected at src/lib.rs:1:0 src/lib.rs - b (line 1)',
    'ok twice (line 1)',
    'failed twice (line 1)',
    '',
  ].join('\n');
  const { verdicts, conflicts } = readDocVerdictLog(log, tests);
  expect(conflicts).toEqual([]);
  expect(Object.fromEntries(verdicts)).toEqual({
    'src/lib.rs - (line 2)': { verdict: { kind: 'passed' } },
    'src/lib.rs - a (line 9)': { verdict: { kind: 'ignored' }, seconds: 0.125 },
    'src/lib.rs - b (line 1)': {
      verdict: { kind: 'failed', message: 'test did not panic as expected at src/lib.rs:1:0' },
    },
    'twice (line 1)': { verdict: { kind: 'passed' } },
    'twice (line 1) #2': { verdict: { kind: 'failed' } },
  });
});

it('reads messages of several lines, whatever they hold', () => {
  const log = 'failed: one\nok src/lib.rs - (line 2)?\nend src/lib.rs - a (line 9)\n';
  const { verdicts, conflicts } = readDocVerdictLog(log, tests);
  expect(conflicts).toEqual([]);
  expect([...verdicts]).toEqual([
    [
      'src/lib.rs - a (line 9)',
      { verdict: { kind: 'failed', message: 'one\nok src/lib.rs - (line 2)?\nend' } },
    ],
  ]);
});

it('never makes a pass of a line within a message', () => {
  const log = 'failed: one\nok src/lib.rs - (line 2)\ntwo src/lib.rs - a (line 9)\n';
  const { verdicts, conflicts } = readDocVerdictLog(log, tests);
  expect([...verdicts.values()].map(({ verdict }) => verdict.kind)).not.toContain('passed');
  expect(conflicts).not.toEqual([]);
});

it.each([
  ['a verdict too many', 'ok src/lib.rs - (line 2)\nok src/lib.rs - (line 2)\n', 'more verdicts'],
  ['a test that was not asked for', 'ok src/lib.rs - c (line 3)\n', 'not asked for'],
  ['another line', 'hello\n', 'unknown entry'],
  ['a message without an end', 'failed: x\ny\n', 'without a test'],
])('reports %s', (_, log, words) => {
  expect(readDocVerdictLog(log, tests).conflicts).toEqual([expect.stringContaining(words)]);
});

it('takes no entry that is not written in full', () => {
  expect(readDocVerdictLog('ok src/lib.rs - (line 2)', tests).verdicts.size).toBe(0);
});
