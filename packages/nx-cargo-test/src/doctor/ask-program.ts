import { createLimit } from '../run/concurrency';
import { messageOf } from '../errors';
import { describeExit, type ProcessExit } from '../process/process-exit';
import type { SpawnSupervised } from '../process/supervise-group';
import type { ProgramAnswer } from './program-answer';

/** How to ask a program. */
export interface Question {
  readonly file: string;
  readonly args: readonly string[];
  /** Absolute path. */
  readonly folder: string;
  /** After which the program is ended, with all that it started. Default: 10. */
  readonly seconds?: number;
}

/** Asks a program; never rejects. */
export type AskProgram = (question: Question) => Promise<ProgramAnswer>;

/** More would only wait for the processors, and want more descriptors than a low limit has. */
const AT_A_TIME = 4;

/** Longer than any program takes that only tells of itself, on a busy machine. */
const SECONDS = 10;

/**
 * Asks programs with nothing on their standard input, a few at a time.
 *
 * @param environment Of the programs, in full.
 */
export function createAskProgram(
  spawn: SpawnSupervised,
  environment: Readonly<Record<string, string>>,
): AskProgram {
  const limit = createLimit(AT_A_TIME);
  return ({ file, args, folder, seconds = SECONDS }) =>
    limit(async () => {
      let stdout = '';
      let stderr = '';
      let isLate = false;
      try {
        const child = spawn(
          { file, args, workingDirectory: folder, environment },
          {
            onOutput(stream, text) {
              if (stream === 'stdout') stdout += text;
              else stderr += text;
            },
          },
        );
        const timer = setTimeout(() => {
          isLate = true;
          child.kill();
        }, seconds * 1000);
        const { exit } = await child.ended;
        clearTimeout(timer);
        return isLate ? { type: 'late', seconds, stdout } : answerOf(exit, stdout, stderr);
      } catch (error) {
        // For want of descriptors or processes even the start can throw.
        return { type: 'failed', text: messageOf(error) };
      }
    });
}

function answerOf(exit: ProcessExit, stdout: string, stderr: string): ProgramAnswer {
  if (exit.type === 'code' && exit.code === 0) return { type: 'answered', stdout };
  if (exit.type === 'notStarted' && exit.reason.includes('ENOENT')) return { type: 'missing' };
  const words = stderr.trim() || stdout.trim();
  return { type: 'failed', text: words === '' ? describeExit(exit) : words };
}
