import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes all files of a folder but the `kept` that were written last. A folder that is missing has none. */
export async function keepNewestFiles(folder: string, kept: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length <= kept) return;
  const ages = await Promise.all(
    names.map(async (name) => {
      const state = await stat(join(folder, name)).catch(() => undefined);
      return { name, time: state?.mtimeMs ?? 0 };
    }),
  );
  const old = ages.sort((a, b) => b.time - a.time).slice(kept);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
}
