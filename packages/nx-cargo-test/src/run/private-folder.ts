import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { guardFolder } from '../process/end-guard';
import { onOwnEnd } from '../process/on-own-end';

/**
 * Lends an action a fresh folder that only its owner can enter, and removes it
 * afterwards, also when our own process is ended meanwhile, even by SIGKILL.
 */
export async function withPrivateFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(resolve(tmpdir()), `nx-cargo-test-${randomUUID()}`);
  // Before it is there, so that there is no moment at which nobody removes it.
  const releaseGuard = guardFolder(folder);
  await mkdir(folder, { mode: 0o700 });
  const release = onOwnEnd(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await action(folder);
  } finally {
    release();
    await rm(folder, { recursive: true, force: true });
    releaseGuard();
  }
}
