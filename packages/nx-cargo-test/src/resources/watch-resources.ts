import { performance } from 'node:perf_hooks';
import { largerOf, type ResourceUse } from './resource-use';
import { sampleProcessGroup } from './sample-process-group';

/** Looks at a process group again and again. */
export interface ResourceWatch {
  /** Ends the watch. Gives the most that was seen of each resource; undefined if the group had ended before the first look. */
  stop(): ResourceUse | undefined;
}

/** How to watch. */
export interface WatchOptions {
  /** Default: `/proc`. */
  readonly proc?: string;
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
export function watchResources(leader: number, options: WatchOptions = {}): ResourceWatch {
  const { proc, intervalMilliseconds = 200 } = options;
  let peaks: ResourceUse | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = (): number => {
    const before = performance.now();
    const sample = sampleProcessGroup(leader, proc);
    if (sample !== undefined) {
      const { use, highestResidentBytes } = sample;
      const seen = { ...use, residentBytes: Math.max(use.residentBytes, highestResidentBytes) };
      peaks = peaks === undefined ? seen : largerOf(peaks, seen);
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
      return peaks;
    },
  };
}
