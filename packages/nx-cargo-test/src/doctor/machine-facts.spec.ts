import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { createAskProgram, type AskProgram } from './ask-program';
import { isLinuxAtLeast, parseMachineFacts } from './machine-facts';
import { readMachine } from './read-machine';
import { DARWIN, machine } from './test-support/machines';

test('a machine is read in full', () => {
  expect(machine('root')).toEqual({
    kernel: 'Linux 6.18.44 x86_64',
    limits: {
      descriptors: { soft: 20000, hard: 20000 },
      lockedBytes: { soft: 8388608, hard: 8388608 },
      processes: { soft: 96365, hard: 96365 },
      addressSpaceBytes: { soft: Infinity, hard: Infinity },
    },
    user: 0,
    groups: [0],
    mayLockAnything: true,
    seccomp: 0,
    ringsDisabled: 0,
    ringsGroup: -1,
    fileMax: 2466170,
    memoryBytes: 24684084 * 1024,
    containerSigns: ['/.dockerenv'],
    disks: [{ mountedOn: '/', freeBytes: expect.any(Number) }],
    missing: [],
    rings: { by: 'perl', type: 'made' },
    isWhole: true,
  });
});

test('a root of a user namespace of its own has the limits of others', () => {
  expect(machine('user-namespace')).toMatchObject({ user: 0, mayLockAnything: false });
});

test('an ordinary user with low limits is one', () => {
  expect(machine('low-limits')).toMatchObject({
    user: 65534,
    mayLockAnything: false,
    limits: {
      descriptors: { soft: 64, hard: 64 },
      lockedBytes: { soft: 65536, hard: 65536 },
      processes: { soft: 200 },
    },
  });
});

test('what a system does not tell is absent', () => {
  expect(DARWIN).toEqual({
    kernel: 'Darwin 24.6.0 arm64',
    limits: { descriptors: { soft: 256, hard: Infinity } },
    groups: [],
    mayLockAnything: false,
    containerSigns: [],
    disks: [],
    missing: [],
    isWhole: true,
  });
  expect(parseMachineFacts('')).toMatchObject({ kernel: '', limits: {} });
  expect(machine('no-probe').rings).toBeUndefined();
});

test('a kernel is compared by its numbers', () => {
  expect(isLinuxAtLeast(machine('root'), [6, 18])).toBe(true);
  expect(isLinuxAtLeast(machine('root', { kernel: 'Linux 5.4.0-88 x86_64' }), [5, 10])).toBe(false);
  expect(isLinuxAtLeast(DARWIN, [5])).toBeUndefined();
});

describe('this machine', () => {
  const ask = createAskProgram(spawnWithNode, process.env as Record<string, string>);
  const look = async (asking: AskProgram, wayIn: string[] = [], tools: string[] = []) => {
    const seen = await readMachine(asking, wayIn, tools);
    if ('trouble' in seen) throw new Error(seen.trouble);
    return seen.value;
  };

  test('tells of itself, and what it does not have', async () => {
    const facts = await look(ask, [], ['cat', 'no-such-tool', '/', '/no such folder']);
    expect(facts.kernel).toMatch(/^\w+ \d/);
    expect(facts.limits.descriptors!.soft).toBeGreaterThan(0);
    expect(facts.missing).toEqual(['no-such-tool', '/no such folder']);
  });

  test('lets io_uring be refused by a filter', async () => {
    const filter = join(__dirname, 'test-support/refuse-io-uring.pl');
    expect(await look(ask, ['perl', filter])).toMatchObject({
      seccomp: 2,
      rings: { by: 'perl', type: 'refused', errno: 1 },
    });
  });

  test.each([['perl'], ['python3'], ['cc']])(
    'is asked by %s if that is all there is',
    async (by) => {
      const programs = mkdtempSync(join(tmpdir(), 'doctor-'));
      try {
        // What is called python3 may be a script that looks for the real one.
        const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
          encoding: 'utf8',
        });
        const all = [dirname(python), ...(process.env['PATH'] ?? '').split(delimiter)];
        // Without the tools that a compiler calls it would not be one.
        const names = ['sh', 'uname', 'cat', 'grep', 'df', 'mktemp', 'rm', 'as', 'ld'];
        for (const name of [...names, by]) {
          const program = all.map((folder) => join(folder, name)).find((file) => existsSync(file));
          if (program !== undefined) symlinkSync(program, join(programs, name));
        }
        const PATH = programs;
        const facts = await look(
          createAskProgram(spawnWithNode, { PATH, HOME: '/', TMPDIR: programs }),
        );
        expect(facts.rings?.by).toBe(by);
        expect(facts.rings?.type).toBe((await look(ask)).rings?.type);
      } finally {
        rmSync(programs, { recursive: true });
      }
    },
  );
});
