import { closeSync, constants, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { killCount, killCountFiles, memoryGroups } from '../resources/memory-groups';
import type { GroupSample } from '../resources/sample-process-group';
import { COUNTED_IN_GROUP } from './memory-kills';

/** Follows in which control groups processes are, to tell afterwards whether the kernel killed one of them. */
export interface MemoryKillWatch {
  /** Takes a look at the processes. */
  saw(sample: GroupSample): void;
  /** Says how it is known that the kernel killed one of them for lack of memory; undefined if it is not. */
  memoryKill(): string | undefined;
}

/** Where the kernel shows what it did. */
export interface KernelFiles {
  /** Default: `/sys/fs/cgroup`. */
  readonly groups: string;
  /** Records of the kernel's log since our start, as far as it may be read and its process ids are ours. */
  readLog(): readonly string[];
}

/**
 * Starts to follow processes that were just started: they begin in our own
 * control group, whose count is taken at once. That of another is taken when a process is
 * first seen in it, so a kill in it can only have come later.
 */
export function watchMemoryKills(
  kernel: KernelFiles = { groups: '/sys/fs/cgroup', readLog: logSince(secondsSinceBoot()) },
): MemoryKillWatch {
  const before = new Map<string, number | undefined>();
  const pids = new Set<number>();
  const countIn = (membership: string): number | undefined => {
    for (const group of memoryGroups(membership)) {
      for (const file of killCountFiles(group, kernel.groups)) {
        const count = killCount(textOf(file));
        if (count !== undefined) return count;
      }
    }
    return undefined;
  };
  const follow = (membership: string): void => {
    if (!before.has(membership)) before.set(membership, countIn(membership));
  };
  const own = textOf('/proc/self/cgroup');
  if (own !== undefined) follow(own);
  // The groups of the last look; before any, all processes are in ours.
  let current: readonly string[] = own === undefined ? [] : [own];
  return {
    saw({ processes, memberships }) {
      for (const pid of processes) pids.add(pid);
      memberships.forEach(follow);
      if (memberships.length > 0) current = memberships;
    },
    memoryKill() {
      const isNamed = kernel.readLog().some((record) => {
        const killed = /Killed process (\d+) /.exec(record)?.[1];
        return killed !== undefined && pids.has(Number(killed));
      });
      if (isNamed) return "the kernel's log names the process";
      const isCounted = current.some(
        (membership) => (countIn(membership) ?? 0) > (before.get(membership) ?? Infinity),
      );
      return isCounted ? COUNTED_IN_GROUP : undefined;
    },
  };
}

/** The first namespace of process ids (Linux, include/linux/proc_ns.h): in others the log's ids are not ours. */
const INITIAL_NAMESPACE = 'pid:[4026531836]';
const LONGEST_RECORD = 8192;

/**
 * Reads the kernel's log (Linux, Documentation/ABI/testing/dev-kmsg).
 *
 * @param started Seconds since the machine's start; earlier records are left out, as ids are used again.
 */
function logSince(started: number): () => readonly string[] {
  return () => {
    let log: number | undefined;
    const records: string[] = [];
    try {
      if (readlinkSync('/proc/self/ns/pid') !== INITIAL_NAMESPACE) return [];
      log = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
      const buffer = Buffer.alloc(LONGEST_RECORD);
      for (;;) {
        const record = nextRecord(log, buffer);
        if (record === undefined) return records;
        const microseconds = Number(/^\d+,\d+,(\d+),/.exec(record)?.[1] ?? 0);
        if (microseconds >= started * 1e6) records.push(record);
      }
    } catch {
      // Most users may not read it.
      return records;
    } finally {
      if (log !== undefined) closeSync(log);
    }
  };
}

/** By the clock of the log, a second early, as the two may run apart. */
function secondsSinceBoot(): number {
  return Number(process.hrtime.bigint()) / 1e9 - 1;
}

/** The next record; undefined at the end. */
function nextRecord(log: number, buffer: Buffer): string | undefined {
  for (;;) {
    try {
      return buffer.toString('utf8', 0, readSync(log, buffer));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return undefined;
      // Records that were not read yet have been overwritten.
      if (code !== 'EPIPE') throw error;
    }
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
