import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest } from '../disk-cache';
import { withLockFile } from '../process/lock-file';

/**
 * Builds the tests of a package while no other Nx command on this machine does. A binary of which
 * nothing is known is linked once more, which would take it from under a command that has just
 * built it and now lists its tests.
 *
 * @param place The package. The lock lies in the system's temporary folder, where no cache finds it.
 * @param onWait Called once if another command builds them.
 */
export function oneBuildAtATime<T>(
  place: {
    readonly workspaceRoot: string;
    readonly cargoWorkspace: string;
    readonly packageName: string;
  },
  action: () => Promise<T>,
  onWait?: () => void,
): Promise<T> {
  const { workspaceRoot, cargoWorkspace, packageName } = place;
  const name = digest(realpathSync(workspaceRoot), cargoWorkspace, packageName).slice(0, 16);
  return withLockFile(join(tmpdir(), `nx-cargo-test-build-${name}.lock`), action, onWait);
}
