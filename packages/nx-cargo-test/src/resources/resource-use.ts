/** What processes hold of the machine, at one moment or at most. */
export interface ResourceUse {
  /** Open file descriptors, of all kinds. */
  readonly descriptors: number;
  /** Those of the descriptors that are io_uring instances. */
  readonly rings: number;
  /** Resident memory in bytes (`VmRSS`), added up: pages that processes share count once for each. */
  readonly residentBytes: number;
  /** Locked and pinned memory in bytes (`VmLck` and `VmPin`), added up. */
  readonly lockedBytes: number;
  readonly threads: number;
}

/** The kinds of resource, in the order in which they are shown. */
export const RESOURCES = [
  'descriptors',
  'rings',
  'lockedBytes',
  'residentBytes',
  'threads',
] as const satisfies readonly (keyof ResourceUse)[];

/** Of each resource the larger amount. */
export function largerOf(a: ResourceUse, b: ResourceUse): ResourceUse {
  return combine(a, b, Math.max);
}

/** Of each resource the sum. */
export function sumOf(a: ResourceUse, b: ResourceUse): ResourceUse {
  return combine(a, b, (x, y) => x + y);
}

function combine(
  a: ResourceUse,
  b: ResourceUse,
  of: (x: number, y: number) => number,
): ResourceUse {
  return {
    descriptors: of(a.descriptors, b.descriptors),
    rings: of(a.rings, b.rings),
    residentBytes: of(a.residentBytes, b.residentBytes),
    lockedBytes: of(a.lockedBytes, b.lockedBytes),
    threads: of(a.threads, b.threads),
  };
}
