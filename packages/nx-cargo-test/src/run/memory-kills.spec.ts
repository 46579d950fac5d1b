import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeMemoryKill, readMemoryKills, type MemoryKills } from './memory-kills';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'memory-kills-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** What the kernel shows in these files below `/proc` and `/sys/fs/cgroup`. */
function read(files: Readonly<Record<string, string>>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return readMemoryKills({ proc: join(folder, 'proc'), groups: join(folder, 'cgroup') });
}

const MEANWHILE =
  'cause unknown; meanwhile the kernel killed some process of this system for lack of memory';
const EVENTS = 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n';
const CONTROL = 'oom_kill_disable 0\nunder_oom 0\noom_kill 4\n';

test('control groups of version 2', async () => {
  const kills = await read({
    'proc/self/cgroup': '0::/user.slice/job\n',
    'cgroup/user.slice/job/memory.events': EVENTS,
    'proc/vmstat': 'nr_free_pages 7\noom_kill 9\n',
  });
  expect(kills).toEqual({ inGroup: 2, inSystem: 9 });
});

test('control groups of version 1, beside those without memory', async () => {
  const kills = await read({
    'proc/self/cgroup': '9:name=systemd:/\n4:cpu,memory:/build\n0::/other\n',
    'cgroup/memory/build/memory.oom_control': CONTROL,
  });
  expect(kills).toEqual({ inGroup: 4 });
});

test('a container whose group has another path outside', async () => {
  const kills = await read({
    'proc/self/cgroup': '0::/docker/1a2b\n',
    'cgroup/memory.events': EVENTS,
  });
  expect(kills).toEqual({ inGroup: 2 });
});

test('nothing that can be read', async () => {
  expect(await read({})).toEqual({});
});

test.each<[MemoryKills, MemoryKills, string]>([
  [
    { inGroup: 1 },
    { inGroup: 2 },
    'out of memory: the kernel counted a kill in the control group of the process',
  ],
  [{ inGroup: 1, inSystem: 1 }, { inGroup: 1, inSystem: 2 }, MEANWHILE],
  [{ inGroup: 1, inSystem: 1 }, { inGroup: 1, inSystem: 1 }, 'cause unknown'],
  [{}, { inGroup: 5, inSystem: 5 }, 'cause unknown'],
  [{ inGroup: 5 }, {}, 'cause unknown'],
])('from %j to %j', (before, after, cause) => {
  expect(describeMemoryKill({ before, after })).toBe(cause);
});

test('a process that was watched is not judged by our own control group', () => {
  const counts = { before: { inGroup: 1, inSystem: 1 }, after: { inGroup: 2, inSystem: 2 } };
  expect(describeMemoryKill({ ...counts, watched: { memoryKill: undefined } })).toBe(MEANWHILE);
  expect(describeMemoryKill({ ...counts, watched: { memoryKill: 'it was seen' } })).toBe(
    'out of memory: it was seen',
  );
});
