import { spawn, type ChildProcess } from 'node:child_process';
import {
  superviseGroup,
  type Command,
  type SpawnSupervised,
  type SpawnTalking,
  type SupervisedChild,
  type Supervision,
} from '../supervise-group';
import { talkTo } from '../talk-to';

/** Does what `spawnSupervised` does by `node:child_process`, as jest can't load execa. */
export const spawnWithNode: SpawnSupervised = (command, supervision) =>
  supervised(start(command, 'ignore'), supervision);

/** The same for `spawnTalking`. */
export const spawnTalkingWithNode: SpawnTalking = (command, supervision) => {
  const child = start(command, 'pipe');
  return talkTo(supervised(child, supervision), child.stdin);
};

function start(command: Command, stdin: 'ignore' | 'pipe'): ChildProcess {
  return spawn(command.file, [...command.args], {
    cwd: command.workingDirectory,
    env: { ...command.environment },
    stdio: [stdin, 'pipe', 'pipe'],
    detached: true,
  });
}

function supervised(child: ChildProcess, supervision: Supervision): SupervisedChild {
  if (child.pid !== undefined) return superviseGroup(child, supervision);
  const ended = new Promise<{
    exit: { type: 'notStarted'; reason: string };
    leftProcesses: boolean;
  }>((resolve) => {
    child.once('error', (error) =>
      resolve({ exit: { type: 'notStarted', reason: error.message }, leftProcesses: false }),
    );
  });
  return { ended, kill: () => undefined };
}
