import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { VerdictPipe } from '../doc/verdict-pipe';
import { CargoTestError } from '../errors';
import { shellWord } from '../shell-word';
import { spawnInGuest } from './guest-run-program';
import { mustSucceed } from './guest-script';
import type { GuestSession } from './guest-session';
import { withGuestFolder } from './with-guest-folder';

/** Time between two looks at what a guest has sent. */
const PAUSE_MILLISECONDS = 20;

/**
 * Lends an action a named pipe in a guest, as `withVerdictPipe` does here. A reader there keeps
 * it open from before the action to its end, and sends what is written to it.
 *
 * @throws {CargoTestError} `GUEST_UNUSABLE` if the guest makes no pipe, or loses its reader.
 */
export function withGuestVerdictPipe<T>(
  session: GuestSession,
  action: (pipe: VerdictPipe) => Promise<T>,
): Promise<T> {
  return withGuestFolder(session, async (folder) => {
    const shell = await session.shell();
    const path = `${folder}/verdicts.log`;
    await mustSucceed('making a pipe in the guest', shell, `mkfifo -m 600 ${shellWord(path)}`);
    let sent = '';
    let end: string | undefined;
    const reader = spawnInGuest(session)(
      {
        file: 'sh',
        // Open for both, so that it neither waits for a writer nor sees an end.
        args: ['-c', 'exec 3<>"$1" && echo && exec cat <&3', 'sh', path],
        workingDirectory: '/',
        environment: shell.facts.environment,
      },
      { onOutput: (stream, text) => void (stream === 'stdout' && (sent += text)) },
    );
    const ended = reader.ended.then(
      () => (end = 'it ended'),
      (error: unknown) => (end = String(error)),
    );
    /** Waits for a text, and returns what was sent before it. */
    const until = async (mark: string): Promise<string> => {
      for (;;) {
        const index = sent.indexOf(mark);
        if (index >= 0) return sent.slice(0, index);
        if (end !== undefined)
          throw new CargoTestError('GUEST_UNUSABLE', `the guest reads verdicts no more: ${end}`);
        await wait(PAUSE_MILLISECONDS);
      }
    };
    try {
      await until('\n');
      sent = '';
      return await action({
        path,
        read: () => sent,
        async settle() {
          // What is written later comes later out of a pipe.
          const mark = `settled ${randomUUID()}`;
          const script = `printf %s ${shellWord(mark)} 1<>${shellWord(path)}`;
          await mustSucceed('writing to a pipe in the guest', shell, script);
          sent = await until(mark);
        },
      });
    } finally {
      reader.kill();
      await ended;
    }
  });
}
