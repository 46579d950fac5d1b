import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDoctorEdges } from '../doctor/test-support/doctor-edges';
import { learnFromEnd, learnFromKill } from '../resources/learned-budget';
import {
  emptyResources,
  withLessons,
  withRun,
  writeResources,
  type ResourceFile,
} from '../resources/resource-records';
import type { ResourceUse } from '../resources/resource-use';
import { runCli } from './run-cli';
import { NO_OBJECTS } from './test-support/link-fixtures';

const MEBIBYTE = 1 << 20;
const ceiling = {
  memoryBytes: 120 * MEBIBYTE,
  memoryFrom: 'controlGroup',
  descriptors: 1024,
  lockedBytes: 8 * MEBIBYTE,
} as const;

let root: string;
const folder = (): string => join(root, 'sample/target/nx-cargo-test/sample/resources');
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'nx-cargo-test-cli-')));
  await writeFile(join(root, 'nx.json'), '{}');
  await mkdir(join(root, 'sample'));
});
afterEach(() => rm(root, { recursive: true }));

async function cli(
  ...args: string[]
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  const text = { out: '', err: '' };
  const status = await runCli(args, {
    cwd: join(root, 'sample'),
    environment: {},
    stdout: { write: (part) => (text.out += part) },
    stderr: { write: (part) => (text.err += part) },
    ledgerFolder: (workspaceRoot) => join(workspaceRoot, 'ledger'),
    doctor: testDoctorEdges(),
    objects: {
      ...NO_OBJECTS,
      cargoProjects: () =>
        Promise.resolve([
          { name: 'sample', folder: 'sample', package: 'sample', cargoWorkspace: 'sample' },
        ]),
    },
  });
  return { status, ...text };
}

const use = (resident: number, descriptors: number): ResourceUse => ({
  descriptors,
  rings: 3,
  residentBytes: resident * MEBIBYTE,
  lockedBytes: 512 * 1024,
  threads: 4,
});

const runOf = (
  processes: ResourceFile['runs'][number]['processes'],
  at = '2026-11-24T10:00:00.000Z',
): ResourceFile['runs'][number] => ({ at, ceiling, processes });

async function record(content: ResourceFile): Promise<void> {
  await writeResources(join(folder(), `${content.leaf.replaceAll(':', '.')}.json`), content);
}

async function recordTwo(): Promise<void> {
  await record(
    withRun(
      withRun(
        emptyResources('lib::task::arena'),
        runOf([{ tests: 12, seconds: 1, peaks: use(50, 20) }]),
      ),
      // A run of some tests says less than one of all.
      runOf([{ tests: 1, seconds: 1, peaks: use(10, 9) }], '2026-11-24T11:00:00.000Z'),
    ),
  );
  const budget = learnFromKill(
    undefined,
    { tests: 20, why: 'SIGKILL, out of memory', at: '2026-11-24T10:00:00.000Z' },
    6,
  );
  await record(
    withLessons(
      withRun(
        emptyResources('lib::executor'),
        runOf([
          { tests: 20, seconds: 1, killedBy: 'SIGKILL', rerun: 14, peaks: use(100, 30) },
          { tests: 6, seconds: 1, peaks: use(60, 40) },
          { tests: 8, seconds: 1, peaks: use(40, 30) },
        ]),
      ),
      { ceiling, runner: [] },
      { budget: learnFromEnd(budget, 6), alone: [] },
    ),
  );
}

test('what modules shared is in no sum', async () => {
  await recordTwo();
  const before = JSON.parse((await cli('resources', '--json')).out);
  const shared = runOf([{ tests: 30, seconds: 1, peaks: use(90, 60) }]);
  await record(withRun(emptyResources('shared'), shared));
  const after = JSON.parse((await cli('resources', '--json')).out);
  expect(after).toEqual({
    ...before,
    shared: { leaf: 'shared', tests: 30, peaks: use(90, 60), run: shared, budgets: [] },
  });
  expect((await cli('resources')).out).toMatch(/^shared processes +30 +1 +60 /m);
  expect((await cli('resources', 'forget', 'shared')).status).toBe(0);
  expect(JSON.parse((await cli('resources', '--json')).out)).toEqual(before);
});

test('shows what each module needed, the sum beside the limits, and what follows', async () => {
  await recordTwo();
  expect(await cli('resources')).toEqual({
    status: 0,
    err: '',
    out: [
      'module       tests  processes  descriptors  rings  locked     resident   threads',
      'executor     20     3          40           3      512.0 KiB  100.0 MiB  4',
      'task::arena  12     1          20           3      512.0 KiB  50.0 MiB   4',
      'SUM          32                120          12     2.0 MiB    250.0 MiB  16',
      'LIMIT                          1024         none   8.0 MiB    120.0 MiB  none',
      '',
      'All in one process would need up to 250.0 MiB of resident memory, and the memory limit of the control group is 120.0 MiB.',
      'A sum is an upper bound: what a module gives back, and memory that processes share, counts each time.',
      'executor: a process of 20 tests was killed by SIGKILL, out of memory, 2026-11-24 10:00 UTC. With 120.0 MiB of memory, a process runs at most 6 tests.',
      '',
    ].join('\n'),
  });
});

test('shows the modules that are named', async () => {
  await recordTwo();
  const { out } = await cli('resources', 'arena');
  expect(out).toMatch(/^task::arena +12 /m);
  expect(out).not.toContain('executor');
  expect(out).toContain('All in one process would stay below the limits that are known.');
  expect((await cli('resources', 'lib::executor', 'task::arena')).out).toMatch(/^SUM +32 /m);
  const unknown = await cli('resources', 'aren');
  expect(unknown.status).toBe(1);
  expect(unknown.err).toContain('UNCLEAR_SELECTION: nothing is known of aren: of sample it is of');
});

test('names modules that ended before they were seen', async () => {
  await record(withRun(emptyResources('lib::quick'), runOf([{ tests: 1, seconds: 0.01 }])));
  const { out } = await cli('resources');
  expect(out).toMatch(/^quick +1 +1 +- +- +- +- +-$/m);
  expect(out).toContain('Not in the sum, as it ended before it was seen: quick.');
});

test('says that a limit does not hold where one module alone went beyond it', async () => {
  const locked = { ...use(1, 1), lockedBytes: 9 * MEBIBYTE };
  await record(
    withRun(emptyResources('lib::executor'), runOf([{ tests: 1, seconds: 1, peaks: locked }])),
  );
  expect((await cli('resources')).out).toContain(
    'All in one process would need up to 9.0 MiB of locked memory, and RLIMIT_MEMLOCK is 8.0 MiB; it does not hold for this user, as executor alone went beyond it.\n',
  );
});

test('prints JSON', async () => {
  await recordTwo();
  expect(JSON.parse((await cli('resources', '--json')).out)).toMatchObject({
    modules: [
      {
        leaf: 'lib::executor',
        tests: 20,
        peaks: { descriptors: 40 },
        budgets: [{ ceiling, runner: [], testsPerProcess: 6, killed: { tests: 20 } }],
      },
      { leaf: 'lib::task::arena', tests: 12, budgets: [] },
    ],
    tests: 32,
    sum: { residentBytes: 250 * MEBIBYTE, rings: 12 },
    ceiling,
    excesses: [{ resource: 'residentBytes', sum: 250 * MEBIBYTE, limit: 120 * MEBIBYTE }],
  });
});

test('says so when nothing is known, and warns of damaged files', async () => {
  expect((await cli('resources')).out).toBe('Nothing is known: no test has run here.\n');
  await mkdir(folder(), { recursive: true });
  await writeFile(join(folder(), 'lib.a.json'), '{');
  const { out, err } = await cli('resources');
  expect(out).toBe('Nothing is known: no test has run here.\n');
  expect(err).toMatch(/^warning: ignored, the next run replaces it: .*lib\.a\.json is not JSON/);
});

describe('forget', () => {
  test('says how modules and the project are named', async () => {
    const { out } = await cli('resources', 'forget', '--help');
    expect(out).toMatch(/modules such as task::arena/);
    expect(out).toMatch(/--project <name>/);
  });

  test('forgets the modules that are named', async () => {
    await recordTwo();
    expect(await cli('resources', 'forget', 'lib::executor', '--project=sample')).toEqual({
      status: 0,
      out: 'Forgot what 1 module needed.\n',
      err: '',
    });
    expect(await readdir(folder())).toEqual(['lib..task..arena.json']);
    expect((await cli('resources', 'forget', 'other')).status).toBe(1);
    expect(await readdir(folder())).toHaveLength(1);
  });

  test('forgets all, damaged files too', async () => {
    await recordTwo();
    await writeFile(join(folder(), 'lib.a.json'), '{');
    expect((await cli('resources', 'forget')).out).toBe('Forgot what 2 modules needed.\n');
    expect((await cli('resources', 'forget')).out).toBe('Nothing was known.\n');
  });
});
