import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keepNewestFiles } from '../build/keep-newest-files';
import { runProgram } from '../cargo/run-program';
import { CargoTestError } from '../errors';
import { withPrivateFolder } from '../run/private-folder';
import { shellWord } from '../shell-word';
import { digestsInGuest, mustSucceed } from './guest-script';
import type { GuestShell } from './guest-shell';

/** A file of the guest whose content is wanted here. */
export interface WantedFile {
  /** Absolute path in the guest. */
  readonly file: string;
  /** Only its code and data are of interest: debug information may be left out. */
  readonly isCode: boolean;
}

/** Files of a guest, kept here by their content. */
export interface GuestObjects {
  /**
   * Brings files here, each content once however many builds there are.
   *
   * @param scratch Folder in the guest for what is on its way.
   * @returns absolute path here of each file by its path in the guest; those that are missing there are left out.
   * @throws {CargoTestError} `GUEST_UNUSABLE` when copying fails.
   */
  bring(
    shell: GuestShell,
    wanted: readonly WantedFile[],
    scratch: string,
  ): Promise<ReadonlyMap<string, string>>;
}

/** Enough for the objects of some hundred links, most of which stay the same from one to the next. */
const KEPT = 20_000;

/**
 * Opens the store of what was brought from guests.
 *
 * @param folder Absolute path of the store.
 * @param fetch Copies a file of the guest to this machine.
 */
export function openGuestObjects(
  folder: string,
  fetch: (guestPath: string, file: string) => Promise<void>,
): GuestObjects {
  return {
    async bring(shell, wanted, scratch) {
      const files = [...new Set(wanted.map(({ file }) => file))];
      const digests = await digestsInGuest(shell, files);
      const places = new Map<string, string>();
      const missing = new Map<string, WantedFile>();
      for (const each of wanted) {
        const sha256 = digests.get(each.file);
        if (sha256 === undefined) continue;
        const name = nameOf(sha256, each.isCode);
        places.set(each.file, join(folder, name));
        if (!existsSync(join(folder, name))) missing.set(name, each);
      }
      if (missing.size > 0) await fetchAll(shell, missing, scratch, folder, fetch);
      const now = new Date();
      const used = new Set(places.values());
      await Promise.all([...used].map((file) => utimes(file, now, now)));
      await keepNewestFiles(folder, Math.max(KEPT, used.size));
      return places;
    },
  };
}

/** What is kept of an object without debug information is not its content. */
function nameOf(sha256: string, isCode: boolean): string {
  return isCode ? `code-${sha256}` : sha256;
}

async function fetchAll(
  shell: GuestShell,
  missing: ReadonlyMap<string, WantedFile>,
  scratch: string,
  folder: string,
  fetch: (guestPath: string, file: string) => Promise<void>,
): Promise<void> {
  const there = `${scratch}/${randomUUID()}`;
  const script = [
    'set -e',
    `mkdir -p ${shellWord(there)}`,
    `cd ${shellWord(there)}`,
    // Debug information is most of an object, and no fingerprint depends on it.
    'code() { strip --strip-debug -o "$1" -- "$2" 2>/dev/null || cp -- "$2" "$1"; }',
    'content() { cp -- "$2" "$1"; }',
    ...[...missing].map(
      ([name, { file, isCode }]) => `${isCode ? 'code' : 'content'} ${name} ${shellWord(file)}`,
    ),
    `tar -cf ${shellWord(`${there}.tar`)} .`,
    `rm -rf ${shellWord(there)}`,
  ].join('\n');
  await mustSucceed('packing objects in the guest', shell, script);
  await withPrivateFolder(async (into) => {
    const archive = join(into, 'objects.tar');
    await fetch(`${there}.tar`, archive);
    await mustSucceed('removing packed objects', shell, `rm -f ${shellWord(`${there}.tar`)}`);
    // Beside the store, where files can be moved from, and by a name that is looked for when a build was killed.
    const unpacked = join(dirname(folder), `capture-${randomUUID()}`);
    await Promise.all([unpacked, folder].map((each) => mkdir(each, { recursive: true })));
    try {
      const end = await runProgram({
        file: 'tar',
        args: ['-xf', archive, '-C', unpacked],
        workingDirectory: into,
        environment: { PATH: process.env['PATH'] ?? '' },
      });
      if (end.code !== 0) {
        const why = end.stderr.trim() || end.description;
        throw new CargoTestError('GUEST_UNUSABLE', `unpacking objects of the guest failed: ${why}`);
      }
      for (const name of await readdir(unpacked))
        await rename(join(unpacked, name), join(folder, name));
    } finally {
      await rm(unpacked, { recursive: true, force: true });
    }
  });
}
