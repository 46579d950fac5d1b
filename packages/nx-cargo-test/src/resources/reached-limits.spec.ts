import { reachedLimits, type HeldResources } from './reached-limits';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max locked memory         8388608              8388608              bytes
Max open files            1024                 1048576              files
`;
const MEBIBYTE = 1 << 20;
const held = (changes: Partial<HeldResources>): HeldResources => ({
  ...{ descriptors: 10, descriptorSlots: 64, lockedBytes: 0 },
  ...changes,
});

test('a process that has most of what it may have has reached the limit', () => {
  expect(reachedLimits(held({ descriptors: 1010, descriptorSlots: 1024 }), LIMITS)).toEqual([
    { resource: 'descriptors', amount: 1010, limit: 1024 },
  ]);
  expect(reachedLimits(held({ lockedBytes: 7.5 * MEBIBYTE }), LIMITS)).toEqual([
    { resource: 'lockedBytes', amount: 7.5 * MEBIBYTE, limit: 8 * MEBIBYTE },
  ]);
});

test.each<[string, Partial<HeldResources>, string?]>([
  ['half of the descriptors', { descriptors: 512, descriptorSlots: 1024 }],
  ['a table that never grew to the limit', { descriptors: 1010, descriptorSlots: 512 }],
  ['half of the locked memory', { lockedBytes: 4 * MEBIBYTE }],
  ['more than a limit that does not hold', { lockedBytes: 9 * MEBIBYTE }],
  ['no limits', { descriptors: 1e6, descriptorSlots: 1e6, lockedBytes: 1e9 }, 'unlimited'],
  [
    'a limit of nothing',
    {},
    'Max locked memory         0                    0                    bytes\n',
  ],
])('%s has not', (_, changes, limits = LIMITS) => {
  expect(reachedLimits(held(changes), limits)).toEqual([]);
});
