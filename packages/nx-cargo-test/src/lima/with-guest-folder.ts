import { randomUUID } from 'node:crypto';
import { CargoTestError } from '../errors';
import { valueOf } from './guest-shell';
import type { GuestSession } from './guest-session';

/**
 * Lends an action a fresh folder in a guest that only its user can enter. It goes afterwards,
 * and with the shell in any case.
 *
 * @throws {CargoTestError} `GUEST_UNUSABLE` if the guest makes none.
 */
export async function withGuestFolder<T>(
  session: GuestSession,
  action: (folder: string) => Promise<T>,
): Promise<T> {
  const shell = await session.shell();
  const name = `folder-${randomUUID()}`;
  const folder = valueOf(await shell.ask(`make ${name}`), 'folder');
  if (folder === undefined) {
    throw new CargoTestError('GUEST_UNUSABLE', 'the guest cannot make a temporary folder');
  }
  try {
    return await action(folder);
  } finally {
    // A guest that is lost has nothing left to remove.
    if (shell.isOpen()) await shell.ask(`remove ${name}`).catch(() => undefined);
  }
}
