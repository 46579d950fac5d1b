import { performance } from 'node:perf_hooks';
import type { ReachedLimit } from './reached-limits';
import { largerOf, type ResourceUse } from './resource-use';
import { sampleProcessGroup, type GroupSample } from './sample-process-group';

/** Looks at a process group again and again. */
export interface ResourceWatch {
  /** Ends the watch. Gives the most that was seen of each resource; undefined if the group had ended before the first look. */
  stop(): ResourceUse | undefined;
  /** Of each resource the limit that a process was seen to reach, with the most that it held. Looks once more while the group runs. Absent: not seen there. */
  reachedLimits?(): readonly ReachedLimit[];
  /** Says whether the kernel has killed a process of the group for lack of memory, and how that is known. Absent: not known there. */
  memoryKill?(): string | undefined;
}

/** How to watch. */
export interface WatchOptions {
  /** Default: `/proc`. */
  readonly proc?: string;
  /** Told what was seen at each look. */
  readonly onSample?: (sample: GroupSample) => void;
  /** Longest time between two looks. Default: 200. */
  readonly intervalMilliseconds?: number;
}

/** Time before the first look; it doubles up to the interval, so that short processes are seen, too. */
const FIRST_MILLISECONDS = 5;
/** Looking takes at most this part of our time. */
const SHARE_OF_TIME = 1 / 20;

/**
 * Starts to watch a process group. What it holds between two looks is not seen,
 * other than resident memory, of which the kernel keeps the peak of each process.
 *
 * @param leader Process id of the group's leader.
 */
export function watchResources(
  leader: number,
  options: WatchOptions = {},
): ResourceWatch & Required<Pick<ResourceWatch, 'reachedLimits'>> {
  const { proc, intervalMilliseconds = 200, onSample } = options;
  let peaks: ResourceUse | undefined;
  const reached = new Map<ReachedLimit['resource'], ReachedLimit>();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = (): number => {
    const before = performance.now();
    const sample = sampleProcessGroup(leader, proc);
    if (sample !== undefined) {
      const { use, highestResidentBytes } = sample;
      const seen = { ...use, residentBytes: Math.max(use.residentBytes, highestResidentBytes) };
      peaks = peaks === undefined ? seen : largerOf(peaks, seen);
      for (const limit of sample.reached) {
        if (limit.amount > (reached.get(limit.resource)?.amount ?? 0))
          reached.set(limit.resource, limit);
      }
      onSample?.(sample);
    }
    return performance.now() - before;
  };
  const schedule = (milliseconds: number): void => {
    timer = setTimeout(() => {
      const cost = look();
      const next = Math.min(2 * milliseconds, intervalMilliseconds);
      schedule(Math.max(next, cost / SHARE_OF_TIME));
    }, milliseconds);
    timer.unref();
  };
  schedule(FIRST_MILLISECONDS);
  return {
    stop() {
      clearTimeout(timer);
      isOver = true;
      return peaks;
    },
    reachedLimits() {
      if (!isOver) look();
      return [...reached.values()];
    },
  };
}
