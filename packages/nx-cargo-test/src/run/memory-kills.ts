import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killCount, killCountFiles, memoryGroups } from '../resources/memory-groups';

/** How many processes the kernel has killed for lack of memory so far; absent where that cannot be read. */
export interface MemoryKills {
  /** In our own control group: its memory limit was reached. */
  readonly inGroup?: number;
  /** In the whole system. */
  readonly inSystem?: number;
}

/** How it is known that the kernel killed for lack of memory, when its count tells. */
export const COUNTED_IN_GROUP = 'the kernel counted a kill in the control group of the process';

/** Where the kernel shows its counts. */
export interface KernelFolders {
  /** Default: `/proc`. */
  readonly proc: string;
  /** Default: `/sys/fs/cgroup`. */
  readonly groups: string;
}

/**
 * Reads the kernel's counts: `memory.events` of a control group of version 2 or
 * `memory.oom_control` of version 1 (Linux, Documentation/admin-guide/cgroup-v2.rst
 * and cgroup-v1/memory.rst), and `oom_kill` of `/proc/vmstat`. Never rejects.
 *
 * @param readText Content of a file, undefined if there is none. Default: this machine's.
 */
export async function readMemoryKills(
  { proc, groups }: KernelFolders = { proc: '/proc', groups: '/sys/fs/cgroup' },
  readText: (file: string) => Promise<string | undefined> = (file) => readFile(file, 'utf8'),
): Promise<MemoryKills> {
  const text = (file: string): Promise<string | undefined> => readText(file).catch(() => undefined);
  const membership = (await text(join(proc, 'self/cgroup'))) ?? '';
  let inGroup: number | undefined;
  for (const group of memoryGroups(membership)) {
    for (const file of killCountFiles(group, groups)) inGroup ??= killCount(await text(file));
  }
  const inSystem = killCount(await text(join(proc, 'vmstat')));
  return {
    ...(inGroup === undefined ? {} : { inGroup }),
    ...(inSystem === undefined ? {} : { inSystem }),
  };
}

/** What is known of a process that was killed from outside. */
export interface MemoryEvidence {
  /** The kernel's counts from before it was started, and from after its end. */
  readonly before: MemoryKills;
  readonly after: MemoryKills;
  /** What `ResourceWatch.memoryKill` said. Absent: nobody watched it, so it is taken to have been in our control group. */
  readonly watched?: { readonly memoryKill: string | undefined };
}

/** Says why the kernel killed a process, as far as that is evident. */
export function describeMemoryKill({ before, after, watched }: MemoryEvidence): string {
  const isInGroup = (after.inGroup ?? 0) > (before.inGroup ?? Infinity);
  const how =
    watched === undefined ? (isInGroup ? COUNTED_IN_GROUP : undefined) : watched.memoryKill;
  if (how !== undefined) return `out of memory: ${how}`;
  return (after.inSystem ?? 0) > (before.inSystem ?? Infinity)
    ? 'cause unknown; meanwhile the kernel killed some process of this system for lack of memory'
    : 'cause unknown';
}
