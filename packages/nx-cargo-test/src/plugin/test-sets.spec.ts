import { nameTargets } from '../module/name-targets';
import { resolveSets } from './test-sets';

const named = nameTargets({
  library: { name: 'p', modulePaths: ['task::arena', 'executor', 'executor::queue'] },
  binaries: [],
  setNames: ['quick'],
});

it('expands groups and accepts names with and without the prefix', () => {
  expect(resolveSets({ quick: ['arena', 'test-executor', 'arena'] }, 'p', named)).toEqual([
    { target: 'test-quick', leaves: ['test-arena', 'test-executor-self', 'test-queue'] },
  ]);
});

it('is no concern of a package that has none of the members', () => {
  expect(resolveSets({ quick: ['elsewhere'] }, 'p', named)).toEqual([]);
  expect(resolveSets({ quick: ['other:arena'] }, 'p', named)).toEqual([]);
});

it.each([[['arena', 'gone']], [['p:gone']]])('fails for an unknown member among %j', (members) => {
  const [set] = resolveSets({ quick: members }, 'p', named);
  expect(set?.failure?.code).toBe('INVALID_OPTIONS');
  expect(set?.failure?.message).toContain('test-gone');
});

it('passes over members of other packages', () => {
  expect(resolveSets({ quick: ['arena', 'other:gone'] }, 'p', named)).toEqual([
    { target: 'test-quick', leaves: ['test-arena'] },
  ]);
});
