import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { CargoTestError } from '../errors';

/** What source files held before cargo started, to be compared with what the build read. */
export interface HashedSources {
  /** A moment at which the Nx command had started and had not hashed any file yet, in milliseconds since the epoch. */
  readonly start: number;
  /** Digest of each file that had not changed since then. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Larger files count as changed when they are written anew: hashing them all would cost more than it saves. */
export const LARGEST_BYTES = 4 * 1024 * 1024;

/**
 * Reads those of the files that Nx surely hashed as they are now.
 *
 * @param changedAt When a file changed last, in milliseconds since the epoch. Default: its change time.
 */
export function readHashedSources(
  files: Iterable<string>,
  start: number,
  changedAt?: (file: string) => number | undefined,
): HashedSources {
  const digests = new Map<string, string>();
  for (const file of files) {
    const status = statSync(file, { throwIfNoEntry: false });
    if (status?.isFile() !== true || status.size > LARGEST_BYTES) continue;
    if (status.ctimeMs < start || (changedAt?.(file) ?? start) < start) {
      digests.set(file, contentDigest(file));
    }
  }
  return { start, digests };
}

/**
 * Fails if the build read a file with another content than Nx may have hashed:
 * it would be kept under the key of that content, and answer for it later. A
 * file that was written anew with the same content, as some build scripts do,
 * is no change.
 *
 * @param files Absolute paths of what the build read; folders are passed over, since their files are named too.
 * @throws {CargoTestError} `SOURCES_CHANGED` naming the files.
 */
export function assertSourcesAsHashed(files: readonly string[], hashed: HashedSources): void {
  const changed = files.filter((file) => {
    const status = statSync(file, { throwIfNoEntry: false });
    // The change time, since an editor or a tool may set the modification time back.
    if (status?.isFile() !== true || status.ctimeMs < hashed.start) return false;
    return hashed.digests.get(file) !== contentDigest(file);
  });
  if (changed.length === 0) return;
  throw new CargoTestError(
    'SOURCES_CHANGED',
    `sources changed after Nx had looked at them, so this build cannot be kept: ${changed.sort().join(', ')}; run the command again`,
  );
}

/** SHA-256 of a file's content, lower-case hexadecimal. */
export function contentDigest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
