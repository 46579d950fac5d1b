import { statSync } from 'node:fs';
import { CargoTestError } from '../errors';

/**
 * Fails if a source file changed after Nx may have hashed it: the build would
 * be kept under the key of another content, and answer for that one later.
 *
 * @param files Absolute paths of what the build read; folders are passed over, since their files are named too.
 * @param start Start of the Nx command, in milliseconds since the epoch.
 * @throws {CargoTestError} `SOURCES_CHANGED` naming the files.
 */
export function assertUnchangedSince(files: readonly string[], start: number): void {
  const changed = files.filter((file) => {
    const status = statSync(file, { throwIfNoEntry: false });
    // The change time, since an editor or a tool may set the modification time back.
    return status?.isFile() === true && status.ctimeMs >= start;
  });
  if (changed.length === 0) return;
  throw new CargoTestError(
    'SOURCES_CHANGED',
    `sources changed after Nx had looked at them, so this build cannot be kept: ${changed.sort().join(', ')}; run the command again`,
  );
}
