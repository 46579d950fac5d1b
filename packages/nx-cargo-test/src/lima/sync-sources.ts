import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  const wanted = new Set(files.map(({ path }) => path));
  const gone = known.filter((path) => !wanted.has(path));
  const changed = files.filter(({ path, mode, sha256, link }) => {
    // Seen through a link that goes.
    if (gone.some((other) => path.startsWith(`${other}/`))) return true;
    const state = present.get(path);
    if (link !== undefined) return state?.link !== link;
    return state?.sha256 !== sha256 || state?.mode !== mode;
  });
  const isKnown = known.length === files.length && gone.length === 0;
  if (isKnown && changed.length === 0) return;
  // Those of them that are empty then: where one was may be a file now, or a link.
  const left = [...new Set(gone.map(dirname))].filter((each) => each !== '.');
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
      ...(left.length === 0
        ? []
        : [`{ ${namesOf(left)} | xargs -0 rmdir -p -- 2>/dev/null; true; }`]),
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

/** What the guest has in the place of a file. */
interface StateInGuest {
  readonly mode?: string;
  readonly sha256?: string | undefined;
  readonly link?: string;
}

async function stateInGuest(
  folder: string,
  files: readonly SourceFile[],
  shell: GuestShell,
): Promise<ReadonlyMap<string, StateInGuest>> {
  const of = (isLink: boolean): string[] =>
    files.flatMap(({ path, link }) => ((link !== undefined) === isLink ? [path] : []));
  const states = new Map<string, StateInGuest>();
  const paths = of(false);
  if (paths.length > 0) {
    const digests = await digestsInGuest(
      shell,
      paths.map((path) => join(folder, path)),
    );
    for (const [bits, path] of await tellEach(folder, paths, `stat -c '%f %n' --`, shell)) {
      const raw = parseInt(bits, 16);
      // A link to the same content is no file.
      if ((raw & constants.S_IFMT) === constants.S_IFREG)
        states.set(path, {
          mode: (raw & 0o7777).toString(8),
          sha256: digests.get(join(folder, path)),
        });
    }
  }
  const links = of(true);
  if (links.length > 0) {
    const tell = `sh -c 'for name; do [ ! -L "$name" ] || { readlink -n -- "$name" | base64 | tr -d "\\n"; printf " %s\\n" "$name"; }; done' sh`;
    for (const [target, path] of await tellEach(folder, links, tell, shell))
      states.set(path, { link: Buffer.from(target, 'base64').toString() });
  }
  return states;
}

/** What a command prints of each file, up to the first space, and the file; no name has a line feed then. */
async function tellEach(
  folder: string,
  paths: readonly string[],
  command: string,
  shell: GuestShell,
): Promise<(readonly [string, string])[]> {
  const script = `cd ${shellWord(folder)} && ${namesOf(paths)} | xargs -0 ${command} 2>/dev/null`;
  return (await perform(shell, script)).text.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)] as const;
  });
}
