import { parseTestArguments, reasonNotSelected } from './test-arguments';

test('takes the selection out of the arguments and passes the other flags on', () => {
  expect(
    parseTestArguments([
      '--nocapture',
      '--skip',
      'slow',
      'arena',
      '--test-threads',
      '2',
      '--skip=net',
      '--exact',
      '-q',
      '--color=always',
      '--',
      '-odd',
    ]),
  ).toEqual({
    flags: ['--nocapture', '--test-threads', '2', '-q', '--color=always'],
    filters: ['arena', '-odd'],
    skips: ['slow', 'net'],
    exact: true,
    ignored: 'skip',
    threads: 2,
    shuffled: false,
    showOutput: true,
  });
});

test.each([
  ['--list'],
  ['--logfile', 'x'],
  ['--logfile=x'],
  ['--bench'],
  ['--help'],
  ['--format', 'json'],
  ['--format=junit'],
  ['--test-threads', '0'],
  ['--skip'],
])('refuses %s %s', (...args) => {
  expect(() => parseTestArguments(args)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTIONS' }),
  );
});

test.each([
  [[], 'a::b', false, undefined],
  [['b'], 'a::b', false, undefined],
  [['c', 'a::'], 'a::b', false, undefined],
  [['c'], 'a::b', false, 'matches no filter'],
  [['b', '--exact'], 'a::b', false, 'matches no filter'],
  [['a::b', '--exact'], 'a::b', false, undefined],
  [['--skip', 'b'], 'a::b', false, '--skip b'],
  [['--skip', 'b', '--exact'], 'a::b', false, undefined],
  [['--ignored'], 'a::b', false, '--ignored'],
  [['--ignored'], 'a::b', true, undefined],
  [['--include-ignored'], 'a::b', true, undefined],
])('%j on %s (ignored: %s): %s', (args, name, ignored, reason) => {
  expect(reasonNotSelected({ name, ignored }, parseTestArguments(args))).toBe(reason);
});
