import { posix } from 'node:path';
import { memoryGroups } from './memory-groups';

/** The limits that processes run under, as far as they are known; a limit that is absent is none. */
export interface ResourceCeiling {
  /** The smallest of the machine's memory and the limits of the control groups. */
  readonly memoryBytes?: number;
  /** What sets `memoryBytes`. */
  readonly memoryFrom?: 'controlGroup' | 'machine';
  /** Soft limit of open descriptors for each process (`RLIMIT_NOFILE`). */
  readonly descriptors?: number;
  /** Soft limit of locked memory (`RLIMIT_MEMLOCK`). Of a user, not a process, where the kernel charges pinned memory and, before Linux 5.12, rings. */
  readonly lockedBytes?: number;
}

/** Content of a file of the kernel; undefined if it cannot be read. */
export type ReadKernelFile = (file: string) => Promise<string | undefined>;

/** Machines of one size report slightly different totals from kernel to kernel. */
const MACHINE_MEMORY_UNIT = 64 * 1024 * 1024;

/**
 * Reads the limits of a process: `limits` of proc(5), the memory limits of its
 * control group and all above (`memory.max` of version 2, `memory.limit_in_bytes`
 * of version 1), and the machine's memory, rounded down to 64 MiB. Never rejects.
 *
 * @param pid Process id. Default: the process that reads the files.
 */
export async function readResourceCeiling(
  readFile: ReadKernelFile,
  pid: number | 'self' = 'self',
): Promise<ResourceCeiling> {
  const read: ReadKernelFile = (file) => readFile(file).catch(() => undefined);
  const [limits = '', groups = '', memory = ''] = await Promise.all([
    read(`/proc/${pid}/limits`),
    read(`/proc/${pid}/cgroup`),
    read('/proc/meminfo'),
  ]);
  const softLimit = (name: string): number | undefined =>
    numberOf(new RegExp(`^${name} +(\\d+)`, 'm').exec(limits)?.[1]);
  const total = numberOf(/^MemTotal: +(\d+) kB$/m.exec(memory)?.[1]);
  const machine =
    total === undefined
      ? undefined
      : Math.floor((total * 1024) / MACHINE_MEMORY_UNIT) * MACHINE_MEMORY_UNIT;
  const group = await groupLimit(groups, read);
  // Version 1 shows a number beyond all memory where there is no limit.
  const isGroup = group !== undefined && group < (machine ?? Number.MAX_SAFE_INTEGER);
  const memoryBytes = isGroup ? group : machine;
  const descriptors = softLimit('Max open files');
  const lockedBytes = softLimit('Max locked memory');
  return {
    ...(memoryBytes === undefined
      ? {}
      : { memoryBytes, memoryFrom: isGroup ? ('controlGroup' as const) : ('machine' as const) }),
    ...(descriptors === undefined ? {} : { descriptors }),
    ...(lockedBytes === undefined ? {} : { lockedBytes }),
  };
}

/** The smallest memory limit of the control groups that a process is in, one within the other. */
async function groupLimit(membership: string, read: ReadKernelFile): Promise<number | undefined> {
  const files = new Set<string>();
  for (const { version, path } of memoryGroups(membership)) {
    const root = version === 2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory';
    const name = version === 2 ? 'memory.max' : 'memory.limit_in_bytes';
    // In a container the path may be one that only the host sees; then the root is the container's.
    for (let folder = posix.join('/', path); ; folder = posix.dirname(folder)) {
      files.add(posix.join(root, folder, name));
      if (folder === '/') break;
    }
  }
  const limits = await Promise.all([...files].map(async (file) => numberOf(await read(file))));
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Undefined for `max`, and for anything else that is no number. */
function numberOf(text: string | undefined): number | undefined {
  const digits = text?.trim();
  return digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : undefined;
}
