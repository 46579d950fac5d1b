import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { SpawnSupervised } from '../process/supervise-group';
import { readMemoryKills } from './memory-kills';
import { withPrivateFolder } from './private-folder';
import type { TestHost } from './test-host';

/** This machine. */
export function nativeHost(spawn: SpawnSupervised): TestHost {
  return {
    spawn,
    processors: availableParallelism(),
    withPrivateFolder,
    sizeOf: (file) => ifPresent(stat(file).then(({ size }) => size)),
    readText: (file) => ifPresent(readFile(file, 'utf8')),
    readMemoryKills: () => readMemoryKills(),
  };
}

async function ifPresent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
