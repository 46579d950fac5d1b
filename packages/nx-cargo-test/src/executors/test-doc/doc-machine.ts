import { realpathSync } from 'node:fs';
import { runProgram } from '../../cargo/run-program';
import { withVerdictPipe, type VerdictPipe } from '../../doc/verdict-pipe';
import { withGuestVerdictPipe } from '../../lima/guest-verdict-pipe';
import type { LimaGuest } from '../../lima/lima-guest';
import { withGuestFolder } from '../../lima/with-guest-folder';
import { outerEnvironment } from '../../process/outer-environment';
import type { SpawnSupervised } from '../../process/supervise-group';
import { withPrivateFolder } from '../../run/private-folder';
import {
  guestMachine,
  nativeMachine,
  type CommandMachine,
  type MachineRequest,
} from '../cargo/command-machine';

/** A machine that doc tests are compiled and run on. */
export interface DocMachine extends CommandMachine {
  /** Lends an action a fresh folder there that goes afterwards. */
  withFolder<T>(action: (folder: string) => Promise<T>): Promise<T>;
  /** Lends an action a pipe there; see `withVerdictPipe`. */
  withPipe<T>(action: (pipe: VerdictPipe) => Promise<T>): Promise<T>;
}

/** This machine. */
export function nativeDocMachine(request: MachineRequest, spawn: SpawnSupervised): DocMachine {
  const environment = outerEnvironment(request.environment);
  return {
    ...nativeMachine(request, spawn),
    // cargo and rustdoc name files without symbolic links.
    workspaceRoot: realpathSync(request.workspaceRoot),
    environment: () => Promise.resolve(environment),
    withFolder: withPrivateFolder,
    withPipe: (action) => withVerdictPipe(runProgram, environment, action),
  };
}

/**
 * The guest of a Lima instance.
 *
 * @param forwarded See `guestMachine`.
 */
export function guestDocMachine(
  request: MachineRequest,
  guest: LimaGuest,
  forwarded: readonly string[],
): DocMachine {
  return {
    ...guestMachine(request, guest, forwarded),
    withFolder: (action) => withGuestFolder(guest.session, action),
    withPipe: (action) => withGuestVerdictPipe(guest.session, action),
  };
}
