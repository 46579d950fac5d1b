import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/**
 * A moment, in milliseconds since the epoch, at which the Nx command that this
 * process works for had started and had not hashed any file yet. Nx forks a
 * process for each task, so it's the nearest ancestor that is Nx itself. Where
 * the system does not tell, it's the start of this process, which is later.
 *
 * Field 22 of `/proc/<pid>/stat` is a process's start in clock ticks since
 * boot (proc(5)), of which Linux shows programs 100 a second.
 */
export function commandStart(): number {
  const own = performance.timeOrigin;
  if (process.env['NX_FORKED_TASK_EXECUTOR'] === undefined) return own;
  for (let pid = process.ppid, steps = 0; pid > 1 && steps < MAXIMUM_STEPS; steps++) {
    const found = readProcess(pid);
    if (found === undefined) break;
    if (isNx(found.commandLine)) return Math.min(own, found.start + LOADING_MILLISECONDS);
    pid = found.parent;
  }
  return own;
}

const MAXIMUM_STEPS = 8;
const TICK_MILLISECONDS = 10;
/** Nx takes longer than this to load, and the start is known to a few ticks only. */
const LOADING_MILLISECONDS = 100;

interface ProcessFacts {
  readonly parent: number;
  readonly start: number;
  readonly commandLine: readonly string[];
}

function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold anything.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
    const start = Date.now() - uptime + Number(fields[19]) * TICK_MILLISECONDS;
    const parent = Number(fields[1]);
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return Number.isFinite(start) && Number.isInteger(parent)
      ? { parent, start, commandLine }
      : undefined;
  } catch {
    return undefined;
  }
}

function isNx(commandLine: readonly string[]): boolean {
  return commandLine.slice(0, 4).some((part) => /(?:^|\/)nx(?:\.js)?$/.test(part));
}
