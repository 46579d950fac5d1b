import { constants } from 'node:fs';
import { copyFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeStaleTemporaries } from '../stale-temporaries';

/**
 * Where the copy of a binary with a certain content lies: beside the executable,
 * so that what a test looks up relative to its own path is found.
 *
 * @param sha256 SHA-256 of the content, lower-case hexadecimal.
 */
export function binaryCopy(executable: string, sha256: string): string {
  return `${executable}.${sha256.slice(0, 16)}`;
}

/**
 * Copies a binary under a name that tells its content, so that a later build
 * cannot replace it while tests run, and removes copies of earlier contents. A
 * hard link would not do, because some linkers write into the file that is there.
 */
export async function keepBinaryCopy(executable: string, sha256: string): Promise<void> {
  const copy = binaryCopy(executable, sha256);
  const [wanted, present] = await Promise.all([
    stat(executable),
    stat(copy).catch(() => undefined),
  ]);
  if (present?.size !== wanted.size) {
    const temporary = `${copy}.${process.pid}.tmp`;
    await copyFile(executable, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, copy);
  }
  const folder = dirname(executable);
  const prefix = `${basename(executable)}.`;
  const isCopy = (name: string): boolean =>
    name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length));
  removeStaleTemporaries(folder, isCopy);
  for (const name of await readdir(folder)) {
    if (isCopy(name) && name !== basename(copy)) await rm(join(folder, name), { force: true });
  }
}
