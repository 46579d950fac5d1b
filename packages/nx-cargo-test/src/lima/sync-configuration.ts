import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentDigest } from '../build/hashed-sources';
import { configurationFiles } from '../cargo/configuration-files';
import { CLIPPY_FILES } from '../command/clippy-configuration';
import { shellWord } from '../shell-word';
import { digestsInGuest, makeFolder, mustSucceed } from './guest-script';
import type { GuestShell } from './guest-shell';
import type { SyncEdges } from './sync-sources';

/**
 * Brings what cargo, rustup and clippy look for in the folders above a Cargo workspace to the
 * same places in a guest, up to the Nx workspace's folder; what is not here goes there.
 *
 * @param folder Absolute path of the Cargo workspace's folder.
 * @param workspaceRoot Absolute path of the Nx workspace.
 */
export async function syncConfiguration(
  folder: string,
  workspaceRoot: string,
  shell: GuestShell,
  { instance, copy }: SyncEdges,
): Promise<void> {
  const candidates = foldersAbove(folder, workspaceRoot).flatMap((above) =>
    [...configurationFiles, ...CLIPPY_FILES].map((name) => join(above, name)),
  );
  const there = await digestsInGuest(shell, candidates);
  for (const file of candidates) {
    const wanted = existsSync(file) ? contentDigest(file) : undefined;
    if (wanted === there.get(file)) continue;
    const what = `copying ${file} to the instance ${instance}`;
    if (wanted === undefined) await mustSucceed(what, shell, `rm -f -- ${shellWord(file)}`);
    else {
      const temporary = `${shell.facts.folder}/${randomUUID()}`;
      await copy(file, temporary);
      const place = `${makeFolder(dirname(file))} && mv -f -- ${shellWord(temporary)} ${shellWord(file)}`;
      await mustSucceed(what, shell, place);
    }
  }
}

function foldersAbove(folder: string, workspaceRoot: string): string[] {
  if (folder === workspaceRoot || !folder.startsWith(`${workspaceRoot}/`)) return [];
  const above = dirname(folder);
  return [above, ...foldersAbove(above, workspaceRoot)];
}
