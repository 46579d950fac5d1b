import { withoutOptions } from './given-arguments';

const names = { withValue: ['toolChain', 'args'], withoutValue: ['allFeatures'] };

test.each([
  [['--tool-chain', 'nightly', 'a'], ['a']],
  [['--toolChain=nightly', '--args=--x', 'a'], ['a']],
  [['--all-features', 'a'], ['a']],
  [['--allFeatures', 'false', 'a'], ['a']],
  [
    ['--other', 'x', '-p'],
    ['--other', 'x', '-p'],
  ],
  [
    ['a', '--', '--all-features'],
    ['a', '--', '--all-features'],
  ],
])('of %j stays %j', (given, left) => {
  expect(withoutOptions(given, names)).toEqual(left);
});
