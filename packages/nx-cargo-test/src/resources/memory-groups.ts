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
