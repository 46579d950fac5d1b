import type { PackBudget } from '../plan/pack-plans';
import type { ResourceCeiling } from './resource-ceiling';
import type { ResourceUse } from './resource-use';

/** Part of a limit that the modules of one process may be expected to reach: peaks between two looks are not seen. */
const SHARE_OF_LIMIT = 1 / 2;

/** What {@link packBudget} decides from. */
export interface PackRequest {
  readonly ceiling: ResourceCeiling;
  /** How many processes may run at one time; they have the memory together. */
  readonly places: number;
  /** The most tests of one process. */
  readonly tests: number;
  /** What single modules were seen to need. */
  readonly seen: readonly ResourceUse[];
}

/**
 * What modules that share a process may need together: half of each limit, of the
 * machine's memory and of locked memory half of a process's part. A limit of locked
 * memory that a module alone went beyond does not hold for this user.
 */
export function packBudget({ ceiling, places, tests, seen }: PackRequest): PackBudget {
  const { descriptors, lockedBytes, memoryBytes } = ceiling;
  const part = (limit: number, processes: number): number =>
    Math.floor((limit * SHARE_OF_LIMIT) / processes);
  const isLockedHeld =
    lockedBytes !== undefined && seen.every((use) => use.lockedBytes <= lockedBytes);
  return {
    tests,
    ...(descriptors === undefined ? {} : { descriptors: part(descriptors, 1) }),
    ...(isLockedHeld ? { lockedBytes: part(lockedBytes, places) } : {}),
    ...(memoryBytes === undefined ? {} : { residentBytes: part(memoryBytes, places) }),
  };
}
