import { readVerdictLog } from './verdict-log';

const asked = new Set(['a::one', 'a::two', 'a::three', 'a::four']);

test('reads every kind of entry that libtest writes', () => {
  const log = readVerdictLog(
    [
      'ok a::one',
      'ignored: needs a\nnew kernel a::two',
      'failed: panic did not contain expected string\n      panic message: "bar\\nok x"\n expected substring: "foo" a::three',
      'failed (time limit exceeded) a::four <1.250s>',
      '',
    ].join('\n'),
    asked,
  );
  expect(log.conflicts).toEqual([]);
  expect(Object.fromEntries(log.verdicts)).toEqual({
    'a::one': { verdict: { kind: 'passed' } },
    'a::two': { verdict: { kind: 'ignored', message: 'needs a\nnew kernel' } },
    'a::three': {
      verdict: {
        kind: 'failed',
        message:
          'panic did not contain expected string\n      panic message: "bar\\nok x"\n expected substring: "foo"',
      },
    },
    'a::four': { verdict: { kind: 'failed', message: '(time limit exceeded)' }, seconds: 1.25 },
  });
});

test('an entry without its newline does not count', () => {
  expect(readVerdictLog('ok a::one\nok a::two', asked).verdicts.size).toBe(1);
});

test.each([
  ['ok a::one\nok a::one\n', 'the log has two verdicts for a::one'],
  ['ok b::one\n', 'the log has a verdict for b::one, which was not asked for'],
  [
    '     12 ns/iter (+/- 3) a::one\n',
    'the log has an unknown entry:      12 ns/iter (+/- 3) a::one',
  ],
  ['failed: no name follows\n', 'the log has an entry without a test: failed: no name follows'],
])('%j is a conflict', (text, conflict) => {
  expect(readVerdictLog(text, asked).conflicts).toEqual([conflict]);
});

test('a message that names another test cannot make that test pass', () => {
  const log = readVerdictLog('ignored: see\nok a::one\nreally a::two\nok a::one\n', asked);
  expect(log.verdicts.get('a::one')?.verdict.kind).not.toBe('passed');
  expect(log.conflicts).not.toEqual([]);
});
