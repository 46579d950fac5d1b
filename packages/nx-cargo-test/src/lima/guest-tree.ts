import { basename, dirname, join } from 'node:path';
import { buildScriptOutputFile } from '../build/build-script-output';
import type { BuildFiles, BuildFileStatus } from '../build/build-files';
import { isPathPackage } from '../build/build-units';
import { findDepInfoFile, foldersAround } from '../build/dep-info-file';
import type { CargoMessages } from '../cargo/cargo-messages';
import { CargoTestError } from '../errors';
import { shellWord } from '../shell-word';
import { contentsInGuest, mustSucceed } from './guest-script';
import type { GuestShell } from './guest-shell';

/** How far the clocks may be apart; Lima sets the guest's every few seconds. */
const TOLERANCE_MILLISECONDS = 5_000;

/**
 * Looks at what cargo left in a guest: the state of all files beside those that its
 * messages name, and the texts from which the sources of each unit are known.
 *
 * @throws {CargoTestError} `GUEST_UNUSABLE` if the guest's clock is another, since
 *   modification times of sources and of what is made of them are compared.
 */
export async function lookAtTree(shell: GuestShell, messages: CargoMessages): Promise<BuildFiles> {
  const own = messages.artifacts.filter(({ packageId }) => isPathPackage(packageId));
  const folders = new Set([
    ...own.flatMap(({ filenames }) => filenames.flatMap(foldersAround)),
    ...messages.buildScripts.flatMap(({ outDir }) => [join(outDir, '..'), join(outDir, '../run')]),
  ]);
  const states = await readStates(shell, [...folders]);
  const names = new Map<string, string[]>();
  for (const file of states.keys())
    names.set(dirname(file), [...(names.get(dirname(file)) ?? []), basename(file)]);
  const tree = {
    status: (file: string): BuildFileStatus | undefined => states.get(file),
    list: (folder: string): readonly string[] => names.get(folder) ?? [],
    readText(file: string): string {
      throw new TypeError(`${file} was not read in the guest`);
    },
  };
  const wanted = [
    ...own.map((artifact) => findDepInfoFile(artifact, tree)),
    ...messages.buildScripts.map(({ outDir }) => buildScriptOutputFile(outDir, tree)),
  ].filter((file) => file !== undefined);
  const texts = await readTextsInGuest(shell, wanted);
  return {
    ...tree,
    readText(file) {
      const text = texts.get(file);
      if (text !== undefined) return text;
      throw new CargoTestError('GUEST_UNUSABLE', `${file} is gone in the guest`);
    },
  };
}

/** Content of those of the files that are there, by absolute path. */
export function readTextsInGuest(
  shell: GuestShell,
  files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return files.length === 0
    ? Promise.resolve(new Map<string, string>())
    : contentsInGuest(shell, '/', `printf '%s\\n' ${files.map(shellWord).join(' ')}`);
}

/** The guest's time in milliseconds since the epoch. */
export async function timeInGuest(shell: GuestShell): Promise<number> {
  const before = Date.now();
  const text = await mustSucceed('asking the guest for its time', shell, 'date +%s%N');
  const after = Date.now();
  if (!/^\d{19}$/.test(text.trim())) {
    throw new CargoTestError('GUEST_UNUSABLE', 'the guest has no date command that knows %N');
  }
  const time = Number(BigInt(text.trim()) / 1_000_000n);
  if (time < before - TOLERANCE_MILLISECONDS || time > after + TOLERANCE_MILLISECONDS) {
    const seconds = Math.round((time - after) / 1000);
    throw new CargoTestError(
      'GUEST_UNUSABLE',
      `the guest's clock is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead'}, so that cargo there cannot tell which sources changed; set it, or restart the instance`,
    );
  }
  return time;
}

async function readStates(
  shell: GuestShell,
  folders: readonly string[],
): Promise<ReadonlyMap<string, BuildFileStatus>> {
  const before = Date.now();
  // By at most so much the guest's clock is ahead.
  const ahead = BigInt(Math.max(0, Math.ceil((await timeInGuest(shell)) - before))) * 1_000_000n;
  if (folders.length === 0) return new Map();
  // A folder may be missing, or a file may go meanwhile: what is not told is not there.
  const script = `find ${folders.map(shellWord).join(' ')} -maxdepth 1 -type f -printf '%D %i %s %T@ %p\\n' 2>/dev/null; exit 0`;
  const text = await mustSucceed('looking at what cargo left', shell, script);
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^(\d+) (\d+) (\d+) (\d+)\.(\d{9})\d* (.*)$/.exec(line);
      if (match === null) return [];
      const [, dev = '', ino = '', size = '', seconds = '', fraction = '', file = ''] = match;
      const mtimeNs = BigInt(seconds) * 1_000_000_000n + BigInt(fraction);
      const status = { dev: BigInt(dev), ino: BigInt(ino), size: BigInt(size), mtimeNs };
      return [[file, { ...status, madeNs: mtimeNs - ahead }] as const];
    }),
  );
}
