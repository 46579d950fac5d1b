import { packBudget } from './pack-budget';
import type { ResourceUse } from './resource-use';

const GIB = 2 ** 30;
const locking = (lockedBytes: number): ResourceUse => ({
  ...{ descriptors: 1, rings: 0, residentBytes: 0, threads: 1 },
  lockedBytes,
});

test('half of each limit, of memory that of a process', () => {
  expect(
    packBudget({
      ceiling: { descriptors: 65_536, lockedBytes: GIB, memoryBytes: 4 * GIB },
      places: 2,
      tests: 60,
      seen: [locking(GIB)],
    }),
  ).toEqual({ tests: 60, descriptors: 32_768, lockedBytes: GIB / 4, residentBytes: GIB });
});

test('a limit of locked memory that does not hold bounds nothing', () => {
  const ceiling = { lockedBytes: 100 };
  expect(packBudget({ ceiling, places: 1, tests: 9, seen: [locking(101)] })).toEqual({ tests: 9 });
});
