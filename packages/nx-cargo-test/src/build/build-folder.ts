import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const CACHE_TAG = `Signature: 8a477f597d28d172789f06886806bc55
# This file marks a folder of cargo's that backups may leave out.
# For information about cache directory tags see https://bford.info/cachedir/
`;

/**
 * Makes the folder in cargo's target folder that holds what a build needs beside
 * its outputs. No package's own folder can have its name, because package names
 * don't begin with a dot.
 *
 * @param targetFolder Absolute path of cargo's target folder, which need not exist.
 */
export async function createBuildFolder(targetFolder: string): Promise<string> {
  await mkdir(targetFolder, { recursive: true });
  // cargo tags only a target folder that it makes itself; outputs of ours may have made it, or Nx restoring them.
  const isOurs = (await readdir(targetFolder)).every((name) => name === 'nx-cargo-test');
  if (isOurs) await writeFile(join(targetFolder, 'CACHEDIR.TAG'), CACHE_TAG);
  const folder = join(targetFolder, 'nx-cargo-test', '.build');
  await mkdir(folder, { recursive: true });
  return folder;
}

const ABANDONED_AFTER_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Removes captures of builds that were killed a day ago or earlier. */
export async function removeAbandonedCaptures(buildFolder: string): Promise<void> {
  const now = Date.now();
  for (const name of await readdir(buildFolder)) {
    if (!name.startsWith('capture-')) continue;
    const folder = join(buildFolder, name);
    const age =
      now -
      (await stat(folder).then(
        ({ mtimeMs }) => mtimeMs,
        () => now,
      ));
    if (age > ABANDONED_AFTER_MILLISECONDS) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes a binary and the file in `deps`, or beside it, that it is a hard link
 * of: cargo would otherwise put the link back instead of linking anew.
 */
export async function removeHardLinks(executable: string): Promise<void> {
  const { ino, dev } = await stat(executable, { bigint: true });
  const folder = dirname(executable);
  for (const candidates of [join(folder, 'deps'), folder]) {
    for (const name of await readdir(candidates).catch(() => [])) {
      const file = join(candidates, name);
      const state = await stat(file, { bigint: true }).catch(() => undefined);
      if (state?.ino === ino && state.dev === dev) await rm(file, { force: true });
    }
  }
}
