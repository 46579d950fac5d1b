import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleProcessGroup } from './sample-process-group';

let proc: string;
beforeEach(() => (proc = mkdtempSync(join(tmpdir(), 'nx-cargo-test-proc-'))));
afterEach(() => rmSync(proc, { recursive: true }));

interface FakeProcess {
  readonly parent?: number;
  readonly group?: number;
  readonly state?: string;
  readonly status?: Readonly<Record<string, string>>;
  readonly links?: readonly string[];
}

function addProcess(pid: number, fake: FakeProcess = {}): void {
  const { parent = 1, group = pid, state = 'S', status = {}, links = [] } = fake;
  const folder = join(proc, `${pid}`);
  mkdirSync(join(folder, 'fd'), { recursive: true });
  writeFileSync(join(folder, 'stat'), `${pid} (a ) 7 7 name) ${state} ${parent} ${group} 0 0\n`);
  const lines = Object.entries(status).map(([key, value]) => `${key}:\t${value}\n`);
  writeFileSync(join(folder, 'status'), lines.join(''));
  for (const [index, link] of links.entries()) symlinkSync(link, join(folder, 'fd', `${index}`));
}

test('adds up what all processes of the group and all descendants hold', () => {
  addProcess(10, {
    status: {
      VmHWM: '900 kB',
      VmRSS: '100 kB',
      VmLck: '8 kB',
      VmPin: '16 kB',
      Threads: '3',
    },
    links: ['/dev/null', 'anon_inode:[io_uring]', 'anon_inode:[eventfd]', 'anon_inode:[io_uring]'],
  });
  addProcess(11, { group: 10, status: { VmHWM: '50 kB', VmRSS: '50 kB', Threads: '1' } });
  for (const pid of [10, 11]) writeFileSync(join(proc, `${pid}`, 'cgroup'), '0::/jobs\n');
  // It left the group, and its child with it.
  addProcess(12, { parent: 11, links: ['socket:[1]'], status: { Threads: '1' } });
  addProcess(13, { parent: 12, group: 12, links: ['anon_inode:[io_uring]'] });
  addProcess(20, { status: { VmRSS: '5000 kB', Threads: '9' }, links: ['/dev/null'] });
  expect(sampleProcessGroup(10, proc)).toEqual({
    use: {
      descriptors: 6,
      rings: 3,
      residentBytes: 150 * 1024,
      lockedBytes: 24 * 1024,
      threads: 5,
    },
    highestResidentBytes: 900 * 1024,
    processes: [10, 11, 12, 13],
    reached: [],
    memberships: ['0::/jobs\n'],
  });
});

test('a process that vanished, or that we may not look into, counts as far as it was seen', () => {
  addProcess(10, { status: { VmRSS: '100 kB', Threads: '1' }, links: ['/dev/null'] });
  addProcess(11, { group: 10 });
  rmSync(join(proc, '11', 'status'));
  addProcess(12, { group: 10, status: { Threads: '2' } });
  rmSync(join(proc, '12', 'fd'), { recursive: true });
  addProcess(13, { group: 10 });
  rmSync(join(proc, '13', 'stat'));
  writeFileSync(join(proc, '14'), 'no folder');
  expect(sampleProcessGroup(10, proc)).toMatchObject({
    use: { descriptors: 1, threads: 3, residentBytes: 100 * 1024 },
    processes: [10, 12],
  });
});

test('a zombie holds nothing, and a group without processes is undefined', () => {
  addProcess(10, { state: 'Z', status: { Threads: '1' } });
  expect(sampleProcessGroup(10, proc)).toBeUndefined();
  expect(sampleProcessGroup(10, join(proc, 'missing'))).toBeUndefined();
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('sees the descriptors and the children of a real process', async () => {
  const script = `
    const { openSync } = require('node:fs');
    const { spawn } = require('node:child_process');
    for (let i = 0; i < 50; i++) openSync('/dev/null', 'r');
    spawn('sleep', ['600']).once('spawn', () => console.log('ready'));`;
  const child = spawn(process.execPath, ['-e', script], { detached: true });
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const sample = sampleProcessGroup(child.pid!)!;
    expect(sample.processes).toHaveLength(2);
    expect(sample.use.descriptors).toBeGreaterThanOrEqual(50);
    expect(sample.use.residentBytes).toBeGreaterThan(1 << 20);
    expect(sample.use.threads).toBeGreaterThanOrEqual(2);
  } finally {
    process.kill(-child.pid!, 'SIGKILL');
  }
});

test('names the limits that single processes have reached', () => {
  const links = Array.from({ length: 15 }, () => '/dev/null');
  for (const pid of [10, 11]) {
    addProcess(pid, { group: 10, links, status: { FDSize: '64' } });
    const limit = pid === 10 ? 16 : 40;
    const line = `Max open files            ${limit}                   4096                 files     \n`;
    writeFileSync(join(proc, `${pid}`, 'limits'), line);
  }
  expect(sampleProcessGroup(10, proc)?.reached).toEqual([
    { resource: 'descriptors', amount: 15, limit: 16 },
  ]);
});
