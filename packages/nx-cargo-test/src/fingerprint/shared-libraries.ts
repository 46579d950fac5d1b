import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/**
 * Shared libraries that are no part of the system: their digest, whose code the
 * objects do not show, and what makes them say less than they seem to.
 */
export async function readSharedLibraries(
  files: readonly string[],
  locate = (path: string): string => path,
): Promise<{ digest: string; unfollowed: readonly string[] }> {
  const hash = createHash('sha256');
  const unfollowed: string[] = [];
  for (const file of files) {
    const bytes = await readFile(locate(file));
    hash.update(createHash('sha256').update(bytes).digest());
    // Text in place of a library is a linker script: other files are linked instead.
    if (isLinkerScript(bytes)) unfollowed.push(`${file} is a linker script, not a library`);
  }
  return { digest: files.length === 0 ? '' : `-${hash.digest('hex')}`, unfollowed };
}

/** Whether a file has no zero byte, as texts have none and libraries of all formats many. */
function isLinkerScript(bytes: Buffer): boolean {
  return bytes.length > 0 && !bytes.includes(0);
}
