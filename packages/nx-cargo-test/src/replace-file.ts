import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { guardFile } from './process/end-guard';

/**
 * Writes a file so that nobody ever reads half of it: its content goes to a file
 * beside it that then takes its name. Makes the folder if it is missing.
 *
 * @param mode Permissions. Default: those of any new file.
 */
export async function replaceFile(
  file: string,
  content: string,
  { mode }: { readonly mode?: number } = {},
): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  // A process that is killed between the two steps cannot remove it.
  const release = guardFile(resolve(temporary));
  try {
    await writeFile(temporary, content, mode === undefined ? {} : { mode });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    release();
  }
}
