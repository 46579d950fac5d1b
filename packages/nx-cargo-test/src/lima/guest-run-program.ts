import type { ProgramEnd, RunProgram } from '../cargo/run-program';
import { CargoTestError } from '../errors';
import { describeExit } from '../process/process-exit';
import type { SpawnSupervised } from '../process/supervise-group';
import { wholeLines } from '../process/whole-lines';
import { startInGuest } from './guest-process';
import type { GuestSession } from './guest-session';

/** Exit code of env(1) for a program that is not there. */
const NOT_FOUND = 127;

/**
 * Runs programs in a guest, where they have nothing on their standard input. When
 * our own process ends, so do they. They throw `GUEST_UNUSABLE` if the guest is lost.
 */
export function runInGuest(session: GuestSession): RunProgram {
  const spawn = spawnInGuest(session);
  return async ({ file, args, workingDirectory, environment, input = '', stderr }) => {
    if (input !== '') throw new TypeError('programs in a guest get no input');
    const text = { stdout: '', stderr: '' };
    const shown = wholeLines(process.stderr);
    const command = { file, args, workingDirectory, environment };
    const { exit } = await spawn(command, {
      onOutput(stream, piece) {
        if (stream === 'stderr' && stderr === 'show') shown.write(piece);
        else text[stream] += piece;
      },
    }).ended.finally(shown.end);
    // What it would have said is lost with it: no failure of its own.
    if (exit.type === 'lost') {
      throw new CargoTestError(
        'GUEST_UNUSABLE',
        `the guest was lost while ${file} ran there: ${exit.reason}; \`limactl list\` tells whether its instance still runs`,
      );
    }
    const end: ProgramEnd = {
      code: exit.type === 'code' ? exit.code : undefined,
      description: describeExit(exit),
      notFound: exit.type === 'code' && exit.code === NOT_FOUND,
      ...text,
    };
    return end;
  };
}

/** Starts programs in a guest whose output is handed on as it comes; `ended` rejects if the guest cannot be reached. */
export function spawnInGuest(session: GuestSession): SpawnSupervised {
  return (command, supervision) => {
    const child = session
      .shell()
      .then((shell) => startInGuest(shell, session.nextProcess(), command, supervision));
    return {
      ended: child.then(({ ended }) => ended),
      kill: () => void child.then(({ kill }) => kill()).catch(() => undefined),
    };
  };
}
