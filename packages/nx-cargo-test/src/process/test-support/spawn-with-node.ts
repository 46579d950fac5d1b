import { spawn } from 'node:child_process';
import { superviseGroup, type SpawnSupervised } from '../supervise-group';

/** Does what `spawnSupervised` does by `node:child_process`, as jest can't load execa. */
export const spawnWithNode: SpawnSupervised = (command, supervision) => {
  const child = spawn(command.file, [...command.args], {
    cwd: command.workingDirectory,
    env: { ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid === undefined) {
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
  return superviseGroup(child, supervision);
};
