import { formatBytes } from '../resources/format-bytes';
import { shellWord } from '../shell-word';
import type { Finding } from './finding';

/** A folder that grows while tests are built and run, and what is free where it lies. */
export interface DiskFacts {
  /** What lies there: `target folder`, `Nx cache`. */
  readonly what: string;
  /** The folder, or the nearest one above that exists. */
  readonly folder: string;
  /** Free for this user; absent if the system does not tell. */
  readonly freeBytes?: number;
  /** Whether this user may write there. Default: not looked at. */
  readonly isWritable?: boolean;
}

/** A debug build of a crate of middling size, with its dependencies, has a few of these. */
const WANTED_BYTES = 2 * 1024 ** 3;
const LEAST_BYTES = 100 * 1024 ** 2;

/** Judges what is free on the file systems that builds and caches write to. */
export function checkDisks(disks: readonly DiskFacts[]): Finding[] {
  return disks.map((disk) => ({ check: 'disk', ...judge(disk) }));
}

function judge({ what, folder, freeBytes, isWritable }: DiskFacts): Omit<Finding, 'check'> {
  if (isWritable === false) {
    return {
      severity: 'problem',
      found: `${what}: ${folder} cannot be written`,
      wanted: 'a folder that this user may write',
      why: 'Builds and results are written there.',
      mend: [
        `ls -ld ${shellWord(folder)} # tells whose it is`,
        '# let this user write there, or have it elsewhere: CARGO_TARGET_DIR, NX_CACHE_DIRECTORY',
      ],
    };
  }
  if (freeBytes === undefined) {
    return { severity: 'skipped', found: `${what}: ${folder} does not tell what is free` };
  }
  const found = `${what}: ${formatBytes(freeBytes)} free in ${folder}`;
  if (freeBytes >= WANTED_BYTES) return { severity: 'ok', found };
  return {
    severity: freeBytes < LEAST_BYTES ? 'problem' : 'hint',
    found,
    wanted: `at least ${formatBytes(WANTED_BYTES)}`,
    why: 'A build that runs out of it fails half done, with errors that do not always say so.',
    mend: ['cargo clean # in a Cargo workspace that you do not need now', 'npx nx reset'],
  };
}
