import { execa } from 'execa';
import type { ProcessExit } from './process-exit';
import {
  superviseGroup,
  type Command,
  type SupervisedChild,
  type Supervision,
} from './supervise-group';

/**
 * Starts a command as leader of its own process group and session. Its
 * descendants are killed with it: see {@link superviseGroup}.
 */
export function spawnSupervised(command: Command, supervision: Supervision): SupervisedChild {
  const child = execa(command.file, command.args, {
    cwd: command.workingDirectory,
    env: command.environment,
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin: 'ignore',
    detached: true,
    cleanup: false,
  });
  if (child.pid === undefined) {
    const ended = child.then((result) => ({ exit: exitOf(result), leftProcesses: false }));
    return { ended, kill: () => undefined };
  }
  return superviseGroup(child, supervision);
}

interface ExecaEnd {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
}

function exitOf(result: ExecaEnd): ProcessExit {
  if (result.signal !== undefined) return { type: 'signal', signal: result.signal };
  if (result.exitCode !== undefined) return { type: 'code', code: result.exitCode };
  return { type: 'notStarted', reason: result.originalMessage ?? 'unknown reason' };
}
