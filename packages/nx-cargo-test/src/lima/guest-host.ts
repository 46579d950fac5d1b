import { randomUUID } from 'node:crypto';
import { readMemoryKills } from '../run/memory-kills';
import { outerEnvironment } from '../process/outer-environment';
import type { TestHost } from '../run/test-host';
import { startInGuest } from './guest-process';
import type { GuestFiles } from './guest-files';
import type { GuestSession } from './guest-session';
import { valueOf } from './guest-shell';

/** What a {@link guestHost} needs. */
export interface GuestHostOptions {
  readonly session: GuestSession;
  readonly files: GuestFiles;
  /** Names the guest as far as the outside of it tells, in one line. */
  describe(): Promise<string>;
  /** Variables of ours that tests in the guest see too, where they are set. */
  readonly forwarded: readonly string[];
}

/** A guest as a machine for tests. */
export function guestHost({ session, files, describe, forwarded }: GuestHostOptions): TestHost {
  const { shell } = session;
  const ask = async (request: string, word: string): Promise<string | undefined> =>
    valueOf(await (await shell()).ask(request), word);
  const readText = async (file: string): Promise<string | undefined> => {
    const text = await ask(`read ${file}`, 'text');
    return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
  };

  return {
    processors: () => session.current()?.facts.processors ?? 1,
    prepare: async (plan) => files.place(plan, await shell()),
    async environment(own) {
      const outer = outerEnvironment(own);
      const taken = forwarded.flatMap((name) => {
        const value = outer[name];
        return value === undefined ? [] : [[name, value] as const];
      });
      return { ...(await shell()).facts.environment, ...Object.fromEntries(taken) };
    },
    identity: async (binary) => {
      const own = await shell();
      const machine = await files.describeMachine(binary, own);
      return `${await describe()}, ${own.facts.kernel}, ${machine}`;
    },
    spawn(command, supervision) {
      // A private folder of the shell was lent before, so it is open, or lost by now.
      const opened = session.current();
      if (opened === undefined) throw new TypeError('nothing was prepared in the guest');
      return startInGuest(opened, session.nextProcess(), command, supervision, true);
    },
    async withPrivateFolder(action) {
      const own = await shell();
      const name = `private-${randomUUID()}`;
      await own.ask(`make ${name}`);
      try {
        return await action(`${own.facts.folder}/${name}`);
      } finally {
        // With a guest that is lost, the folder is.
        await own.ask(`remove ${name}`).catch(() => undefined);
      }
    },
    async sizeOf(file) {
      const size = await ask(`size ${file}`, 'size');
      return size === undefined ? undefined : Number(size);
    },
    readText,
    readMemoryKills: () => readMemoryKills(undefined, readText),
    close: () => session.close(),
  };
}
