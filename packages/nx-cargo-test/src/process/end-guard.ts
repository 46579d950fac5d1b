import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

const SCRIPT = join(__dirname, '../../shell/end-guard.sh');

let guard: Writable | undefined;

/**
 * Has a process group killed should our own process end without being able to do
 * so, as by SIGKILL, until the returned function is called.
 */
export function guardGroup(leader: number): () => void {
  return guardItem(`group ${leader}`);
}

/**
 * The same for a folder to be removed, after all groups. Groups whose leader was
 * given a path in it as an argument are killed as well, on Linux: a process may
 * have been started just before the end, so that nobody could name its group.
 *
 * @param folder Absolute path.
 */
export function guardFolder(folder: string): () => void {
  // A line is an item; such a name would be two.
  return folder.includes('\n') ? () => undefined : guardItem(`folder ${folder}`);
}

/** The same for a file to be removed, and nothing else. @param file Absolute path. */
export function guardFile(file: string): () => void {
  return file.includes('\n') ? () => undefined : guardItem(`file ${file}`);
}

function guardItem(item: string): () => void {
  guard ??= startGuard();
  guard.write(`+ ${item}\n`);
  return () => guard?.write(`- ${item}\n`);
}

/**
 * Starts `shell/end-guard.sh`, one for this process, which learns by the end of
 * its standard input that we are gone. It has a session of its own, so that
 * neither Ctrl-C nor the end of our group meets it. Without a shell nothing is
 * guarded, and nothing else changes.
 */
function startGuard(): Writable {
  const child = spawn('/bin/sh', [SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  // It must not keep us alive. A pipe is a socket in Node.js.
  (child.stdin as Writable & { unref?(): void }).unref?.();
  return child.stdin;
}
