import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './is-alive';

/** Time between two looks at a lock that another process holds. */
const PAUSE_MILLISECONDS = 50;

/**
 * Performs an action while no other process of this machine performs one with the same lock.
 * A lock whose process has ended does not count.
 *
 * @param file Absolute path in a folder that is there; the file is made and goes with the action.
 */
export async function withLockFile<T>(file: string, action: () => Promise<T>): Promise<T> {
  while (!(await take(file))) {
    if (await isAbandoned(file)) await rm(file, { force: true });
    else await wait(PAUSE_MILLISECONDS);
  }
  try {
    return await action();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // One that is just being written, or has just gone, is looked at again.
  return /^\d+\n$/.test(text) && !isAlive(Number(text));
}
