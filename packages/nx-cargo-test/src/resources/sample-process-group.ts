import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { reachedLimits, type ReachedLimit } from './reached-limits';
import type { ResourceUse } from './resource-use';

/** A look at a process group; see {@link sampleProcessGroup}. */
export interface GroupSample {
  /** What its processes hold together. */
  readonly use: ResourceUse;
  /** The most resident memory in bytes that one of its processes ever held (`VmHWM`). */
  readonly highestResidentBytes: number;
  /** Ids of the processes that were looked at. */
  readonly processes: readonly number[];
  /** Limits that single processes have reached. */
  readonly reached: readonly ReachedLimit[];
  /** Control groups that they are in: contents of `/proc/PID/cgroup`, each once. */
  readonly memberships: readonly string[];
}

/**
 * Looks at all processes of a group and at all descendants of its leader, which
 * may have left the group (proc(5): `stat`, `status`, `fd`). A process that
 * ends meanwhile, or that we may not look into, counts as far as it was seen.
 *
 * Takes about 20 microseconds for each process of the system, and 6 for each
 * descriptor; never waits for anything but the kernel.
 *
 * @param leader Process id of the group's leader, whose group has the same number.
 * @param proc Where the kernel shows processes. Default: `/proc`.
 * @returns Undefined if none of them is there. Never throws.
 */
export function sampleProcessGroup(leader: number, proc = '/proc'): GroupSample | undefined {
  const samples = membersOf(leader, proc).flatMap((pid) => sampleProcess(pid, proc));
  if (samples.length === 0) return undefined;
  const total = (of: (sample: ProcessSample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0);
  return {
    use: {
      descriptors: total(({ descriptors }) => descriptors),
      rings: total(({ rings }) => rings),
      residentBytes: total(({ residentBytes }) => residentBytes),
      lockedBytes: total(({ lockedBytes }) => lockedBytes),
      threads: total(({ threads }) => threads),
    },
    highestResidentBytes: Math.max(...samples.map((sample) => sample.highestResidentBytes)),
    processes: samples.map(({ pid }) => pid),
    reached: samples.flatMap(({ reached }) => reached),
    memberships: [...new Set(samples.flatMap(({ membership }) => membership ?? []))],
  };
}

interface ProcessSample extends ResourceUse {
  readonly pid: number;
  readonly highestResidentBytes: number;
  readonly reached: readonly ReachedLimit[];
  readonly membership: string | undefined;
}

function membersOf(leader: number, proc: string): number[] {
  const members: number[] = [];
  const children = new Map<number, number[]>();
  for (const name of namesIn(proc)) {
    if (!/^[1-9]\d*$/.test(name)) continue;
    const stat = textOf(join(proc, name, 'stat')) ?? '';
    // The second field is the program's name in brackets, which may hold anything.
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie holds nothing any more.
    if (state === undefined || state === '' || state === 'Z' || state === 'X') continue;
    const pid = Number(name);
    if (pid === leader || Number(group) === leader) members.push(pid);
    const siblings = children.get(Number(parent));
    if (siblings === undefined) children.set(Number(parent), [pid]);
    else siblings.push(pid);
  }
  const found = new Set(members);
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return [...found];
}

function sampleProcess(pid: number, proc: string): ProcessSample[] {
  const folder = join(proc, `${pid}`);
  const status = textOf(join(folder, 'status'));
  if (status === undefined) return [];
  const numberOf = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const bytesOf = (key: string): number => numberOf(key) * 1024;
  const descriptors = namesIn(join(folder, 'fd'));
  const held = {
    descriptors: descriptors.length,
    lockedBytes: bytesOf('VmLck') + bytesOf('VmPin'),
  };
  const limits = textOf(join(folder, 'limits')) ?? '';
  return [
    {
      pid,
      ...held,
      rings: descriptors.filter((name) => isRing(join(folder, 'fd', name))).length,
      residentBytes: bytesOf('VmRSS'),
      highestResidentBytes: bytesOf('VmHWM'),
      threads: numberOf('Threads'),
      reached: reachedLimits({ ...held, descriptorSlots: numberOf('FDSize') }, limits),
      membership: textOf(join(folder, 'cgroup')),
    },
  ];
}

function isRing(link: string): boolean {
  try {
    return readlinkSync(link) === 'anon_inode:[io_uring]';
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
