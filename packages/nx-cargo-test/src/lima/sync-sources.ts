import { createHash, randomUUID } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPrivateFolder } from '../run/private-folder';
import { shellWord } from '../shell-word';
import { digestsInGuest, makeFolder, mustSucceed, namesOf, perform } from './guest-script';
import type { GuestShell } from './guest-shell';
import type { SourceFile } from './source-files';

/** What {@link syncSources} needs. */
export interface SyncEdges {
  /** Name of the instance, for messages. */
  readonly instance: string;
  /** Copies a file of this machine to a path in the guest. */
  copy(file: string, guestPath: string): Promise<void>;
  /** See `listSources`. */
  list(folder: string): Promise<readonly SourceFile[]>;
  /** See `packSources`. */
  pack(folder: string, paths: readonly string[], into: string): Promise<string>;
  /** Shows a line to the user. */
  announce(line: string): void;
}

/**
 * Brings the files of a folder to the same place in a guest. Contents decide, as
 * the guest itself reads them: what differs is written anew and gets the guest's
 * time, so that cargo there sees a change just where there is one. What was
 * copied before and is gone here goes.
 *
 * @throws {CargoTestError} `GUEST_UNUSABLE` with what is in the way.
 */
export async function syncSources(
  folder: string,
  shell: GuestShell,
  { instance, copy, list, pack, announce }: SyncEdges,
): Promise<void> {
  const files = await list(folder);
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const records = '"$HOME/.cache/nx-cargo-test/sources"';
  const record = `${records}/${name}.list`;
  const before = await perform(shell, `tr '\\0' '\\n' <${record}`);
  const known = before.status === 0 ? before.text.split('\n').filter((path) => path !== '') : [];
  const present = await stateInGuest(folder, files, shell);
  const changed = files.filter(({ path, mode, sha256 }) => {
    const state = present.get(path);
    return sha256 === undefined || state?.sha256 !== sha256 || state.mode !== mode;
  });
  const wanted = new Set(files.map(({ path }) => path));
  const gone = known.filter((path) => !wanted.has(path));
  const isKnown = known.length === files.length && gone.length === 0;
  const onlyLinks = changed.every(({ sha256 }) => sha256 === undefined);
  if (isKnown && onlyLinks && changed.every(({ path }) => known.includes(path))) return;
  await withPrivateFolder(async (into) => {
    // limactl may be another user's, who is told the name.
    await chmod(into, 0o711);
    const temporary = `${shell.facts.folder}/${randomUUID()}`;
    const newList = join(into, 'sources.list');
    await writeFile(newList, files.map(({ path }) => `${path}\0`).join(''));
    await copy(newList, `${temporary}.list`);
    const steps = [
      makeFolder(folder),
      `mkdir -p ${records}`,
      // All that may be there is known, whenever this ends.
      `cat ${shellWord(`${temporary}.list`)} >>${record}`,
      `cd ${shellWord(folder)}`,
      ...(gone.length === 0 ? [] : [`${namesOf(gone)} | xargs -0 rm -f --`]),
    ];
    if (changed.length > 0) {
      const paths = changed.map(({ path }) => path);
      announce(`copying ${paths.length} files of ${folder} to the instance ${instance}`);
      await copy(await pack(folder, paths, into), `${temporary}.tar.gz`);
      const archive = shellWord(`${temporary}.tar.gz`);
      steps.push(`tar -xpzmf ${archive}`, `rm -f ${archive}`);
    }
    steps.push(`mv -f ${shellWord(`${temporary}.list`)} ${record}`);
    const what = `copying ${folder} to the instance ${instance}`;
    await mustSucceed(what, shell, steps.join(' && '));
  });
}

async function stateInGuest(
  folder: string,
  files: readonly SourceFile[],
  shell: GuestShell,
): Promise<ReadonlyMap<string, { readonly sha256: string | undefined; readonly mode: string }>> {
  const paths = files.flatMap(({ path, sha256 }) => (sha256 === undefined ? [] : [path]));
  if (paths.length === 0) return new Map();
  const absolute = new Map(paths.map((path) => [join(folder, path), path]));
  const digests = await digestsInGuest(shell, [...absolute.keys()]);
  const script = `cd ${shellWord(folder)} && ${namesOf(paths)} | xargs -0 stat -c '%a %n' -- 2>/dev/null`;
  const modes = (await perform(shell, script)).text.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(space + 1), line.slice(0, space)] as const;
  });
  return new Map(
    modes.map(([path, mode]) => [path, { mode, sha256: digests.get(join(folder, path)) }]),
  );
}
