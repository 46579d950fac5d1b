import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryGroups } from '../resources/memory-groups';

/** How many processes the kernel has killed for lack of memory so far; absent where that cannot be read. */
export interface MemoryKills {
  /** In our own control group: its memory limit was reached. */
  readonly inGroup?: number;
  /** In the whole system. */
  readonly inSystem?: number;
}

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
  for (const { version, path } of memoryGroups(membership)) {
    const root = version === 2 ? groups : join(groups, 'memory');
    const file = version === 2 ? 'memory.events' : 'memory.oom_control';
    // In a container the path may be one that only the host sees.
    inGroup ??= count(await text(join(root, path, file))) ?? count(await text(join(root, file)));
  }
  const inSystem = count(await text(join(proc, 'vmstat')));
  return {
    ...(inGroup === undefined ? {} : { inGroup }),
    ...(inSystem === undefined ? {} : { inSystem }),
  };
}

/** What two counts tell of a process that was killed between them; undefined if they tell nothing. */
export function describeMemoryKill(before: MemoryKills, after: MemoryKills): string | undefined {
  if ((after.inGroup ?? 0) > (before.inGroup ?? Infinity))
    return 'out of memory: the memory limit of the control group was reached';
  if ((after.inSystem ?? 0) > (before.inSystem ?? Infinity))
    return 'out of memory: the kernel killed a process of this system for lack of it';
  return undefined;
}

function count(content: string | undefined): number | undefined {
  const found = /^oom_kill (\d+)$/m.exec(content ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
