import { cpSync } from 'node:fs';
import { spawnTalkingWithNode, spawnWithNode } from '../../process/test-support/spawn-with-node';
import { guestSession } from '../guest-session';
import { openGuestShell } from '../guest-shell';
import type { LimaGuest } from '../lima-guest';
import { listSources, packSources } from '../source-files';

/**
 * A guest that is reached by a shell, here instead of in a virtual machine; it sees
 * the same paths as the host.
 *
 * @param environment Of a login there, in full.
 */
export function localGuest(environment: Readonly<Record<string, string>>): LimaGuest {
  const copy = (from: string, to: string): Promise<void> => {
    cpSync(from, to);
    return Promise.resolve();
  };
  return {
    session: guestSession(() =>
      openGuestShell(spawnTalkingWithNode, ([file = '', ...args]) => ({
        file,
        args,
        workingDirectory: '/',
        environment,
      })),
    ),
    sync: {
      instance: 'guest',
      copy,
      list: (folder) => listSources(spawnWithNode, folder),
      pack: (folder, paths, into) => packSources(spawnWithNode, folder, paths, into),
      announce: () => undefined,
    },
    fetch: copy,
    describe: () => Promise.resolve('a shell'),
  };
}
