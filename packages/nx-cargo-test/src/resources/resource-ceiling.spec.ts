import { readResourceCeiling } from './resource-ceiling';

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            1024                 524288               files
Max locked memory         8388608              unlimited            bytes
`;
const MEMORY = 'MemTotal:       16384100 kB\nMemFree:        1 kB\n';
const MACHINE = 16000 * 1024 * 1024;

function ceilingOf(
  files: Readonly<Record<string, string>>,
): ReturnType<typeof readResourceCeiling> {
  return readResourceCeiling((file) =>
    file in files ? Promise.resolve(files[file]) : Promise.reject(new Error(`no ${file}`)),
  );
}

test('the limits of the process, and all memory where no group limits it', async () => {
  expect(
    await ceilingOf({
      '/proc/self/limits': LIMITS,
      '/proc/self/cgroup': '0::/user.slice\n',
      '/sys/fs/cgroup/user.slice/memory.max': 'max\n',
      '/proc/meminfo': MEMORY,
    }),
  ).toEqual({
    memoryBytes: MACHINE,
    memoryFrom: 'machine',
    descriptors: 1024,
    lockedBytes: 8388608,
  });
});

test.each([
  [
    'version 2, of the group itself',
    {
      '/proc/self/cgroup': '0::/a/b\n',
      '/sys/fs/cgroup/a/memory.max': '4000000\n',
      '/sys/fs/cgroup/a/b/memory.max': '3000000\n',
    },
  ],
  [
    'version 2, of a group above',
    {
      '/proc/self/cgroup': '0::/a/b\n',
      '/sys/fs/cgroup/a/memory.max': '3000000\n',
      '/sys/fs/cgroup/a/b/memory.max': 'max\n',
    },
  ],
  [
    'version 2 in a container that does not see its path',
    { '/proc/self/cgroup': '0::/docker/1\n', '/sys/fs/cgroup/memory.max': '3000000\n' },
  ],
  [
    'version 1',
    {
      '/proc/self/cgroup': '5:cpu,memory:/a\n4:pids:/b\n0::/\n',
      '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': '3000000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    },
  ],
])('the memory limit of a control group: %s', async (_, files) => {
  expect(await ceilingOf({ ...files, '/proc/meminfo': MEMORY })).toEqual({
    memoryBytes: 3000000,
    memoryFrom: 'controlGroup',
  });
});

test('version 1 without a limit shows a number, which is none', async () => {
  const files = {
    '/proc/self/cgroup': '4:memory:/\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
  };
  expect(await ceilingOf({ ...files, '/proc/meminfo': MEMORY })).toMatchObject({
    memoryBytes: MACHINE,
    memoryFrom: 'machine',
  });
});

test('no limit is known where nothing can be read', async () => {
  expect(await ceilingOf({})).toEqual({});
  expect(await ceilingOf({ '/proc/self/limits': 'Max open files  unlimited  unlimited' })).toEqual(
    {},
  );
});
