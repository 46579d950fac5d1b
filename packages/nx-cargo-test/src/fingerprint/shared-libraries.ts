import { ObjectGraphError, readLibraryNeeds } from '@nx-cargo-test/object-graph';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Shared libraries that are no part of the system, and those that they need in
 * turn: their digest, whose code the objects do not show, and what makes them say
 * less than they seem to.
 *
 * @param searchPaths Folders in which the linker looked for libraries, besides their own.
 */
export async function readSharedLibraries(
  files: readonly string[],
  searchPaths: readonly string[],
  locate = (path: string): string => path,
): Promise<{ digest: string; unfollowed: readonly string[] }> {
  const hash = createHash('sha256');
  const unfollowed: string[] = [];
  const waiting = [...files];
  const seen = new Set(files);
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const bytes = await readFile(locate(file));
    hash.update(createHash('sha256').update(bytes).digest());
    // Text in place of a library is a linker script: other files are linked instead.
    if (isLinkerScript(bytes)) unfollowed.push(`${file} is a linker script, not a library`);
    try {
      for (const needed of await neededFiles(file, bytes, searchPaths, locate)) {
        if (seen.has(needed)) continue;
        seen.add(needed);
        waiting.push(needed);
      }
    } catch (error) {
      if (!(error instanceof ObjectGraphError)) throw error;
      unfollowed.push(`${file} cannot be read: ${error.message}`);
    }
  }
  return { digest: files.length === 0 ? '' : `-${hash.digest('hex')}`, unfollowed };
}

/** The libraries that a library needs, as far as they lie where it, or the link, says; others are the system's. */
async function neededFiles(
  file: string,
  bytes: Buffer,
  searchPaths: readonly string[],
  locate: (path: string) => string,
): Promise<string[]> {
  if (SYSTEM_FOLDER.test(file)) return [];
  const own = dirname(file);
  const { libraries, folders } = readLibraryNeeds(bytes);
  const named = folders.map((folder) => folder.replace(/\$\{?ORIGIN\}?/g, own));
  const found = await Promise.all(
    libraries.map(async (name) => {
      for (const folder of [...named, ...searchPaths, own]) {
        const path = join(folder, name);
        const isThere = await readFile(locate(path)).then(
          () => true,
          () => false,
        );
        if (isThere) return path;
      }
      return undefined;
    }),
  );
  return found.filter((path) => path !== undefined);
}

const SYSTEM_FOLDER = /^\/(?:usr|lib|lib64)\//;

/** Whether a file has no zero byte, as texts have none and libraries of all formats many. */
function isLinkerScript(bytes: Buffer): boolean {
  return bytes.length > 0 && !bytes.includes(0);
}
