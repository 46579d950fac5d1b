import { execa } from 'execa';
import type { ProcessExit } from './process-exit';
import {
  superviseGroup,
  type Command,
  type SupervisedChild,
  type Supervision,
  type TalkingChild,
} from './supervise-group';
import { talkTo } from './talk-to';

/**
 * Starts a command as leader of its own process group and session. Its
 * descendants are killed with it: see {@link superviseGroup}.
 */
export function spawnSupervised(command: Command, supervision: Supervision): SupervisedChild {
  return start(command, supervision, 'ignore').child;
}

/** The same with a pipe as standard input, which stays open until the caller closes it. */
export function spawnTalking(command: Command, supervision: Supervision): TalkingChild {
  const { child, stdin } = start(command, supervision, 'pipe');
  return talkTo(child, stdin);
}

function start(command: Command, supervision: Supervision, stdin: 'ignore' | 'pipe') {
  const child = execa(command.file, command.args, {
    cwd: command.workingDirectory,
    env: command.environment,
    extendEnv: false,
    reject: false,
    buffer: false,
    stdin,
    detached: true,
    cleanup: false,
  });
  if (child.pid === undefined) {
    const ended = child.then((result) => ({ exit: exitOf(result), leftProcesses: false }));
    return { child: { ended, kill: () => undefined }, stdin: null };
  }
  return { child: superviseGroup(child, supervision), stdin: child.stdin };
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
