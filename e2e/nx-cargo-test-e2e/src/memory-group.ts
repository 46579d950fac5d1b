import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group with a memory limit; see `memoryGroup`. */
export interface MemoryGroup {
  readonly folder: string;
  remove(): void;
}

/**
 * Makes a control group of version 1 or 2 whose processes may use so much memory
 * together; undefined where we may not make one, as in most containers.
 */
export function memoryGroup(mebibytes: number): MemoryGroup | undefined {
  const bytes = `${mebibytes << 20}`;
  const name = `nx-cargo-test-e2e-${process.pid}`;
  const versions = [
    {
      root: '/sys/fs/cgroup/memory',
      limits: ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes'],
    },
    { root: join('/sys/fs/cgroup', ownGroup()), limits: ['memory.max', 'memory.swap.max'] },
  ];
  for (const { root, limits } of versions) {
    const folder = join(root, name);
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    const [limit, swap] = limits.map((file) => join(folder, file));
    try {
      writeFileSync(limit!, bytes);
      if (existsSync(swap!)) writeFileSync(swap!, swap!.endsWith('swap.max') ? '0' : bytes);
      return { folder, remove: () => rmdirSync(folder) };
    } catch {
      rmdirSync(folder);
    }
  }
  return undefined;
}

/** The group of version 2 that we are in, below its root. */
function ownGroup(): string {
  const groups = existsSync('/proc/self/cgroup') ? readFileSync('/proc/self/cgroup', 'utf8') : '';
  return /^0::\/(.*)$/m.exec(groups)?.[1] ?? '';
}
