import type { ProgramEnd, RunProgram } from '../cargo/run-program';
import { describeExit } from '../process/process-exit';
import { startInGuest } from './guest-process';
import type { GuestSession } from './guest-session';

/** Exit code of env(1) for a program that is not there. */
const NOT_FOUND = 127;

/**
 * Runs programs in a guest, where they have nothing on their standard input. When
 * our own process ends, so do they.
 */
export function runInGuest(session: GuestSession): RunProgram {
  return async ({ file, args, workingDirectory, environment, input = '', stderr }) => {
    if (input !== '') throw new TypeError('programs in a guest get no input');
    const shell = await session.shell();
    const text = { stdout: '', stderr: '' };
    const { exit } = await startInGuest(
      shell,
      session.nextProcess(),
      { file, args, workingDirectory, environment },
      {
        onOutput(stream, piece) {
          if (stream === 'stderr' && stderr === 'inherit') process.stderr.write(piece);
          else text[stream] += piece;
        },
      },
    ).ended;
    const end: ProgramEnd = {
      code: exit.type === 'code' ? exit.code : undefined,
      description: describeExit(exit),
      notFound: exit.type === 'code' && exit.code === NOT_FOUND,
      ...text,
    };
    return end;
  };
}
