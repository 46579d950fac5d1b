import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DiskFacts } from './disk-checks';

/**
 * Looks what is free where folders lie, or where they will, and whether they may be written.
 *
 * @param places What lies there, with its absolute path.
 */
export function readDisks(
  places: readonly { readonly what: string; readonly folder: string }[],
): Promise<DiskFacts[]> {
  return Promise.all(
    places.map(async ({ what, folder: wanted }) => {
      let folder = wanted;
      while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
      const isWritable = await access(folder, constants.W_OK).then(
        () => true,
        () => false,
      );
      try {
        const { bavail, bsize } = await statfs(folder);
        return { what, folder, isWritable, freeBytes: bavail * bsize };
      } catch {
        return { what, folder, isWritable };
      }
    }),
  );
}
