import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Makes a control group, of version 1 or 2, whose processes may use so much memory
 * together, without swap; undefined where we may not make one.
 */
export function memoryCeiling(mebibytes) {
  const bytes = `${mebibytes * 2 ** 20}`;
  const kinds = [
    {
      version: 1,
      root: '/sys/fs/cgroup/memory',
      limits: [
        ['memory.limit_in_bytes', bytes],
        ['memory.memsw.limit_in_bytes', bytes],
      ],
      events: 'memory.oom_control',
    },
    {
      version: 2,
      root: join('/sys/fs/cgroup', ownGroup()),
      limits: [
        ['memory.max', bytes],
        ['memory.swap.max', '0'],
      ],
      events: 'memory.events',
    },
  ];
  for (const { version, root, limits, events } of kinds) {
    const folder = join(root, `glommio-ceiling-${process.pid}`);
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    try {
      for (const [index, [file, value]] of limits.entries())
        // Kernels without an account of swap have no second file.
        if (index === 0 || existsSync(join(folder, file))) writeFileSync(join(folder, file), value);
    } catch {
      rmdirSync(folder);
      continue;
    }
    const killAll = () => {
      for (const id of readFileSync(join(folder, 'cgroup.procs'), 'utf8')
        .split('\n')
        .filter(Boolean))
        process.kill(Number(id), 'SIGKILL');
    };
    return {
      version,
      folder,
      /** How many of its processes the kernel has killed for lack of memory. */
      kills: () =>
        Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(folder, events), 'utf8'))?.[1] ?? 0),
      killAll,
      /** A group can go when its processes are gone. */
      async remove() {
        for (let attempt = 1; ; attempt += 1) {
          try {
            rmdirSync(folder);
            return;
          } catch (error) {
            if (error.code !== 'EBUSY' || attempt > 100) throw error;
            killAll();
            await pause(100);
          }
        }
      },
    };
  }
  return undefined;
}

/** The group of version 2 that we are in, below its root. */
function ownGroup() {
  return /^0::\/(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '';
}
