import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './process/is-alive';

/** A process of another container may have an id that none has here, and be about to use its file. */
const KEPT_MILLISECONDS = 60 * 1000;

/**
 * Removes what processes that were killed left in a folder: files called like that which
 * they were to replace, with the process id and `.tmp` behind it. Never throws.
 *
 * @param isOurs Whether a file of this name, without id and `.tmp`, may be there.
 */
export function removeStaleTemporaries(folder: string, isOurs: (name: string) => boolean): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const [, replaced, pid] = /^(.+)\.([1-9]\d{0,9})\.tmp$/.exec(name) ?? [];
    if (replaced === undefined || !isOurs(replaced) || isAlive(Number(pid))) continue;
    try {
      const file = join(folder, name);
      const written = statSync(file).mtimeMs;
      if (written < Date.now() - KEPT_MILLISECONDS) rmSync(file, { force: true });
    } catch {
      // Another process may have removed it.
    }
  }
}
