import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { CargoTestError } from '../errors';
import type { RunPlan } from '../plan/run-plan';
import { withLockFile } from '../process/lock-file';
import { shellWord } from '../shell-word';
import { digestsInGuest, makeFolder, mustSucceed, perform } from './guest-script';
import type { GuestShell } from './guest-shell';
import type { LimaSources } from './lima-sources';
import { syncSources, type SyncEdges } from './sync-sources';

/** What {@link createGuestFiles} needs. */
export interface GuestFilesOptions extends SyncEdges {
  readonly sources: LimaSources;
  /** Binaries were built in the guest, so they are there, and nowhere else. Default: false. */
  readonly areBuiltThere?: boolean;
  /** How long a mount may lag behind this machine. Default: 30. */
  readonly lagSeconds?: number;
}

/** What plans need in a guest. */
export interface GuestFiles {
  /**
   * Brings binaries and folder of a plan there, once for each shell.
   *
   * @throws {CargoTestError} `GUEST_UNUSABLE` with what is in the way.
   */
  place(plan: RunPlan, shell: GuestShell): Promise<void>;
  /** A digest of all of the guest that a binary meets there. */
  describeMachine(binary: string, shell: GuestShell): Promise<string>;
}

/**
 * Brings what plans need into a guest, at the same paths as here: binaries and
 * tests hold paths of their build, and must find there what they find here. Files
 * are known by their content, so that a mount or an earlier copy suffices.
 */
export function createGuestFiles(options: GuestFilesOptions): GuestFiles {
  const done = new WeakMap<GuestShell, Map<string, Promise<unknown>>>();
  const once = <T>(shell: GuestShell, what: string, action: () => Promise<T>): Promise<T> => {
    const known = done.get(shell) ?? new Map<string, Promise<unknown>>();
    done.set(shell, known);
    const present = (known.get(what) as Promise<T> | undefined) ?? action();
    known.set(what, present);
    return present;
  };
  const placeOnce = (file: string, shell: GuestShell): Promise<void> =>
    options.areBuiltThere === true
      ? Promise.resolve()
      : once(shell, `file ${file}`, () => placeExecutable(file, shell, options));
  return {
    async place(plan, shell) {
      const folder = plan.workingDirectory;
      await once(shell, `folder ${folder}`, async () => {
        await placeFolder(folder, shell, options);
        if (options.sources === 'mount') await awaitMounted(folder, shell, options);
      });
      for (const file of executables(plan)) await placeOnce(file, shell);
    },
    async describeMachine(binary, shell) {
      await placeOnce(binary, shell);
      return once(shell, `machine ${binary}`, () => describeMachine(binary, shell));
    },
  };
}

/**
 * A digest of what a binary meets in the guest: the shared libraries that would be
 * loaded for it, user, processor.
 */
async function describeMachine(binary: string, shell: GuestShell): Promise<string> {
  const { status, text } = await perform(
    shell,
    [
      "command -v ldd >/dev/null || { echo 'ldd is not installed there'; exit 1; }",
      `libraries=$(ldd ${shellWord(binary)} 2>/dev/null | grep -o '/[^ ]*' | sort -u)`,
      'for file in $libraries; do sha256sum "$file" || exit 1; done',
      'id -u',
      "grep -E '^(flags|Features|CPU (part|variant|revision)|model|family)' /proc/cpuinfo | sort -u",
      'exit 0',
    ].join('\n'),
  );
  if (status !== 0)
    throw new CargoTestError('GUEST_UNUSABLE', `the guest cannot read its libraries: ${text}`);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The test binary, and the package's own programs that cargo tells integration tests of. */
function executables({ command, environment }: RunPlan): string[] {
  const programs = Object.entries(environment)
    .filter(([name]) => name.startsWith('CARGO_BIN_EXE_'))
    .map(([, file]) => file);
  return [...command.slice(-1), ...programs];
}

async function placeExecutable(
  file: string,
  shell: GuestShell,
  { instance, copy, announce }: GuestFilesOptions,
): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const path = shellWord(file);
  const isThere = `[ -f ${path} ] && [ "$(sha256sum <${path})" = '${hash.digest('hex')}  -' ]`;
  if ((await perform(shell, isThere)).status === 0) return;
  const { size } = await stat(file);
  announce(`copying ${file} (${(size / 1e6).toFixed(1)} MB) to the instance ${instance}`);
  const temporary = `${shell.facts.folder}/${randomUUID()}`;
  await copy(file, temporary);
  await mustSucceed(
    `copying ${file} to the instance ${instance}`,
    shell,
    `${makeFolder(dirname(file))} && chmod 755 ${temporary} && mv -f -- ${temporary} ${path} && ${isThere}`,
  );
}

/**
 * Makes sure that the guest sees a folder as it is here.
 *
 * @throws {CargoTestError} `GUEST_UNUSABLE` with what is in the way.
 */
export async function placeFolder(
  folder: string,
  shell: GuestShell,
  options: GuestFilesOptions,
): Promise<void> {
  const { instance, sources } = options;
  if (sources === 'mount') {
    if ((await perform(shell, `[ -d ${shellWord(folder)} ]`)).status === 0) return;
    throw new CargoTestError(
      'GUEST_UNUSABLE',
      `the instance ${instance} does not see ${folder}: mount it ("mounts" in the instance's lima.yaml, at the same path), or set the option limaSources to "copy"`,
    );
  }
  // Tasks of one command sync the same folder: what one is compiling must not be written anew by another.
  const name = createHash('sha256').update(`${instance}\0${folder}`).digest('hex').slice(0, 32);
  const lock = join(tmpdir(), `nx-cargo-test-${userInfo().uid}-${name}.lock`);
  await withLockFile(lock, () => syncSources(folder, shell, options));
}

/** How long a mount may lag behind: sshfs keeps what it knows of a file for 20 s. */
const LAG_SECONDS = 30;

/**
 * Waits until a mount shows the files of a folder as they are here, since tests read them. Some
 * mounts keep old contents for seconds, and some until they are made anew.
 *
 * @throws {CargoTestError} `GUEST_UNUSABLE` if it does not come to that.
 */
async function awaitMounted(
  folder: string,
  shell: GuestShell,
  { instance, list, announce, lagSeconds = LAG_SECONDS }: GuestFilesOptions,
): Promise<void> {
  for (let second = 0; ; second++) {
    // Listed again, because tests of another task may write here.
    const files = (await list(folder)).filter(({ sha256 }) => sha256 !== undefined);
    const there = await digestsInGuest(
      shell,
      files.map(({ path }) => join(folder, path)),
    );
    const [late] = files.filter(({ path, sha256 }) => there.get(join(folder, path)) !== sha256);
    if (late === undefined) return;
    const file = join(folder, late.path);
    if (second >= lagSeconds) {
      throw new CargoTestError(
        'GUEST_UNUSABLE',
        `the mount of the instance ${instance} does not show ${file} as it is on this host; restart the instance, or set the option limaSources to "copy"`,
      );
    }
    if (second === 0) announce(`waiting until the instance ${instance} sees ${file} as it is here`);
    await wait(1000);
  }
}
