import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onOwnEnd } from '../process/on-own-end';

/**
 * Lends an action a fresh folder that only its owner can enter, and removes it
 * afterwards, also when our own process is ended meanwhile.
 */
export async function withPrivateFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  // mkdtemp gives the folder the mode 0700.
  const folder = await mkdtemp(join(tmpdir(), 'nx-cargo-test-'));
  const release = onOwnEnd(() => rmSync(folder, { recursive: true, force: true }));
  try {
    return await action(folder);
  } finally {
    release();
    await rm(folder, { recursive: true, force: true });
  }
}
