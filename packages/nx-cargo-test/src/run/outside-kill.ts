import type { ProcessExit } from '../process/process-exit';
import { describeMemoryKill, type MemoryEvidence } from './memory-kills';

/** Of a shell whose command was ended by SIGKILL (POSIX, "Exit Status for Commands"). */
const SHELL_EXIT_OF_SIGKILL = 128 + 9;

/**
 * Says what ended a process that we did not kill ourselves, with the cause where
 * there is evidence for one; undefined if nothing did. Only SIGKILL comes from
 * outside: other signals are a program's own faults.
 *
 * @param hasTargetRunner A target runner such as a shell started the process, and may tell of its end by an exit code.
 * @param evidence What the kernel tells by now; only asked where it is needed.
 */
export async function outsideKill(
  exit: ProcessExit,
  hasTargetRunner: boolean,
  evidence: () => Promise<MemoryEvidence>,
): Promise<string | undefined> {
  if (exit.type === 'lost') return `loss of its machine: ${exit.reason}`;
  const how = howKilled(exit, hasTargetRunner);
  if (how === undefined) return undefined;
  return `${how}, ${describeMemoryKill(await evidence())}`;
}

function howKilled(exit: ProcessExit, hasTargetRunner: boolean): string | undefined {
  if (exit.type === 'signal' && exit.signal === 'SIGKILL') return 'SIGKILL';
  if (hasTargetRunner && exit.type === 'code' && exit.code === SHELL_EXIT_OF_SIGKILL)
    return `SIGKILL (exit code ${exit.code} of the target runner)`;
  return undefined;
}
