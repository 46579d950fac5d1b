import { readFileSync } from 'node:fs';
import { readlink, rm, symlink } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './is-alive';

/** Time between two looks at a lock that another process holds. */
const PAUSE_MILLISECONDS = 50;

/**
 * Performs an action while no other process of this machine performs one with the same lock.
 * A lock whose process has ended does not count, even if its id was given to another one.
 *
 * @param file Absolute path in a folder that is there; the lock is made there and goes with the
 * action. It's a link that leads to no file but says whose it is: it is there as a whole or not
 * at all, also on a full disk or if its process is killed.
 * @param onWait Called once if another process holds the lock. Default: nothing.
 */
export async function withLockFile<T>(
  file: string,
  action: () => Promise<T>,
  onWait: () => void = () => undefined,
): Promise<T> {
  for (let hasWaited = false; !(await take(file));) {
    if (await isAbandoned(file)) {
      await rm(file, { force: true });
      continue;
    }
    if (!hasWaited) onWait();
    hasWaited = true;
    await wait(PAUSE_MILLISECONDS);
  }
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await symlink(`${process.pid} ${startOf(process.pid)}`, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  let text: string;
  try {
    text = await readlink(file);
  } catch (error) {
    // One that has just gone is tried again; what is no link is none of ours.
    return (error as NodeJS.ErrnoException).code === 'EINVAL';
  }
  const [, pid, start] = /^(\d+) (\d*)$/.exec(text) ?? [];
  return pid === undefined || !isAlive(Number(pid)) || startOf(Number(pid)) !== start;
}

/** When a process started, in ticks since the system did; empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    // The second field is the program's name in parentheses, and may hold blanks and parentheses.
    const [, fields = ''] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return fields.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
