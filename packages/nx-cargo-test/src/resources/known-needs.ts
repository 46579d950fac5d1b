import type { ResourceFile } from './resource-records';
import { largerOf, type ResourceUse } from './resource-use';

/** What the tests of a leaf were seen to need in one process. */
export interface KnownNeeds {
  /** The most tests of one process that ended by itself. */
  readonly tests: number;
  /** The most that one of these processes held; absent if none of them was seen. */
  readonly peaks?: ResourceUse;
}

/** What the kept runs of a leaf tell; undefined if no process of it ended by itself. */
export function knownNeeds({ runs }: ResourceFile): KnownNeeds | undefined {
  const processes = runs
    .flatMap((run) => run.processes)
    .filter(({ killedBy }) => killedBy === undefined);
  if (processes.length === 0) return undefined;
  let peaks: ResourceUse | undefined;
  for (const process of processes) {
    if (process.peaks === undefined) continue;
    peaks = peaks === undefined ? process.peaks : largerOf(peaks, process.peaks);
  }
  return {
    tests: Math.max(...processes.map(({ tests }) => tests)),
    ...(peaks === undefined ? {} : { peaks }),
  };
}
