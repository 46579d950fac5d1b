import { spawnSync } from 'node:child_process';

/** Runs a program to its end and throws, with the last of what it said, unless that is a success. */
export function runOrThrow(program, args, options = {}) {
  const end = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (end.error) throw end.error;
  if (end.status === 0) return end.stdout ?? '';
  const said = `${end.stdout ?? ''}${end.stderr ?? ''}`.trim().split('\n').slice(-20).join('\n');
  throw new Error(`${program} ended with ${end.signal ?? end.status}:\n${said}`);
}
