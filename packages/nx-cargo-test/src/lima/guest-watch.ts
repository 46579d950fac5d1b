import type { WatchedThere } from '../process/supervise-group';
import type { ReachedLimit } from '../resources/reached-limits';
import type { ResourceUse } from '../resources/resource-use';
import { COUNTED_IN_GROUP } from '../run/memory-kills';
import { valueOf } from './guest-shell';

/** What `guest-watch.sh` tells of a process group after its end. */
export function watchedIn(answer: readonly string[]): WatchedThere {
  const peaks = peaksOf(valueOf(answer, 'most'));
  return {
    ...(peaks === undefined ? {} : { peaks }),
    memoryKill: answer.includes('memory-killed') ? COUNTED_IN_GROUP : undefined,
  };
}

/** The limits that `guest-watch.sh` tells of; undefined if it saw none reached. */
export function reachedIn(answer: readonly string[]): readonly ReachedLimit[] | undefined {
  const limits = answer.flatMap((line): ReachedLimit[] => {
    const match = /^reached (descriptors|lockedBytes) (\d+) (\d+)$/.exec(line);
    if (match === null) return [];
    const [, resource, amount, limit] = match;
    return [
      {
        resource: resource as ReachedLimit['resource'],
        amount: Number(amount),
        limit: Number(limit),
      },
    ];
  });
  return limits.length === 0 ? undefined : limits;
}

function peaksOf(text: string | undefined): ResourceUse | undefined {
  const numbers = text?.split(' ').map(Number) ?? [];
  const [descriptors, rings, locked, resident, threads] = numbers;
  if (threads === undefined || numbers.some((each) => !Number.isSafeInteger(each)))
    return undefined;
  return {
    descriptors: descriptors!,
    rings: rings!,
    lockedBytes: locked! * 1024,
    residentBytes: resident! * 1024,
    threads,
  };
}
