import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { outerEnvironment } from '../process/outer-environment';
import type { SpawnSupervised } from '../process/supervise-group';
import { watchResources } from '../resources/watch-resources';
import { readMemoryKills } from './memory-kills';
import { withPrivateFolder } from './private-folder';
import type { TestHost } from './test-host';
import { watchMemoryKills } from './watch-memory-kills';

/** This machine. */
export function nativeHost(spawn: SpawnSupervised): TestHost {
  return {
    spawn,
    processors: availableParallelism,
    environment: (own) => Promise.resolve(outerEnvironment(own)),
    identity: () => Promise.resolve('native'),
    prepare: () => Promise.resolve(),
    withPrivateFolder,
    sizeOf: (file) => ifPresent(stat(file).then(({ size }) => size)),
    readText: (file) => ifPresent(readFile(file, 'utf8')),
    readMemoryKills: () => readMemoryKills(),
    watchResources(leader) {
      const { saw, memoryKill } = watchMemoryKills();
      return { ...watchResources(leader, { onSample: saw }), memoryKill };
    },
    close: () => Promise.resolve(),
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
