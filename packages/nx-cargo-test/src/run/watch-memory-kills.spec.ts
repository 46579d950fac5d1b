import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { COUNTED_IN_GROUP } from './memory-kills';
import { watchMemoryKills } from './watch-memory-kills';

let groups: string;
beforeEach(() => (groups = mkdtempSync(join(tmpdir(), 'memory-kills-'))));
afterEach(() => rmSync(groups, { recursive: true }));

function count(file: string, kills: number): void {
  mkdirSync(dirname(join(groups, file)), { recursive: true });
  writeFileSync(join(groups, file), `oom 3\noom_kill ${kills}\n`);
}

const sample = (...memberships: string[]) => ({
  use: { descriptors: 0, rings: 0, residentBytes: 0, lockedBytes: 0, threads: 1 },
  highestResidentBytes: 0,
  processes: [77],
  reached: [],
  memberships,
});
const watch = (log: readonly string[] = []) => watchMemoryKills({ groups, readLog: () => log });

test.each([
  ['version 2', '0::/jobs/one\n', 'jobs/one/memory.events'],
  ['version 1', '4:memory:/jobs/one\n0::/\n', 'memory/jobs/one/memory.oom_control'],
])('a kill in the control group of the process, %s', (_, membership, file) => {
  count(file, 5);
  const kills = watch();
  kills.saw(sample(membership));
  expect(kills.memoryKill()).toBeUndefined();
  count(file, 6);
  expect(kills.memoryKill()).toBe(COUNTED_IN_GROUP);
});

test('a kill in a group that the process had left, or was never in, tells nothing', () => {
  count('left/memory.events', 0);
  count('now/memory.events', 0);
  const kills = watch();
  kills.saw(sample('0::/left\n'));
  kills.saw(sample('0::/now\n'));
  count('left/memory.events', 1);
  count('other/memory.events', 1);
  expect(kills.memoryKill()).toBeUndefined();
  count('now/memory.events', 1);
  expect(kills.memoryKill()).toBe(COUNTED_IN_GROUP);
});

test('a kill from before the process was seen in the group tells nothing', () => {
  count('jobs/memory.events', 9);
  const kills = watch();
  kills.saw(sample('0::/jobs\n'));
  expect(kills.memoryKill()).toBeUndefined();
});

test("the kernel's log names the process", () => {
  const record = (pid: number): string =>
    `3,1234,98765,-;Memory cgroup out of memory: Killed process ${pid} (tests) total-vm:1kB`;
  const named = watch([record(76), record(77)]);
  named.saw(sample());
  expect(named.memoryKill()).toBe("the kernel's log names the process");
  const another = watch([record(7)]);
  another.saw(sample());
  expect(another.memoryKill()).toBeUndefined();
});
