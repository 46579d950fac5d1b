import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { ScratchWorkspace } from './scratch-workspace';

const NX = resolve(__dirname, '../../../node_modules/nx/dist/bin/nx.js');

/** A running Nx command. */
export interface NxProcess {
  readonly id: number;
  /** False from its end on. */
  isRunning(): boolean;
  readonly ended: Promise<NxEnd>;
}

/** How an Nx command ended. */
export interface NxEnd {
  /** Null if a signal ended it. */
  readonly status: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Starts an Nx command and does not wait for it. */
export function startNx(
  workspace: ScratchWorkspace,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): NxProcess {
  const child = spawn(process.execPath, [NX, ...args], {
    cwd: workspace.folder,
    env: { ...workspace.environment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  let isRunning = true;
  const ended = new Promise<NxEnd>((fulfil, reject) => {
    child.once('error', reject);
    child.once('exit', () => (isRunning = false));
    child.once('close', (status) => fulfil({ status, output }));
  });
  return { id: child.pid ?? Number.NaN, isRunning: () => isRunning, ended };
}
