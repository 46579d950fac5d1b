import { join } from 'node:path';

/** A control group that accounts for memory. */
export interface MemoryGroup {
  readonly version: 1 | 2;
  /** Below the root of the hierarchy, as the process sees it. */
  readonly path: string;
}

/**
 * The control groups that account for a process's memory.
 *
 * @param membership Content of `/proc/PID/cgroup`, see cgroups(7).
 */
export function memoryGroups(membership: string): MemoryGroup[] {
  return [...membership.matchAll(/^\d+:([^:]*):(.*)$/gm)].flatMap(
    ([, controllers = '', path = '/']): MemoryGroup[] => {
      if (controllers === '') return [{ version: 2, path }];
      return controllers.split(',').includes('memory') ? [{ version: 1, path }] : [];
    },
  );
}

/**
 * Files in which the kernel counts the processes of a group that it killed for lack of memory
 * (Linux, Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst); the first that is there counts.
 *
 * @param root Where control groups are shown, usually `/sys/fs/cgroup`.
 */
export function killCountFiles({ version, path }: MemoryGroup, root: string): string[] {
  const folder = version === 2 ? root : join(root, 'memory');
  const file = version === 2 ? 'memory.events' : 'memory.oom_control';
  // In a container the path may be one that only the host sees.
  return [join(folder, path, file), join(folder, file)];
}

/** The number in such a file, or in `/proc/vmstat`; undefined if there is none. */
export function killCount(content: string | undefined): number | undefined {
  const found = /^oom_kill (\d+)$/m.exec(content ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
