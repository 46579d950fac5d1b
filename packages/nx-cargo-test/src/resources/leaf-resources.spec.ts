import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { createLimit } from '../run/concurrency';
import { nativeHost } from '../run/native-host';
import { createProcessRunner } from '../run/process-runner';
import type { RunEvent } from '../run/run-event';
import { fakePlan } from '../run/test-support/fake-leaf';
import { openLeafResources, type LeafResources } from './leaf-resources';
import { readResources, type BudgetScope } from './resource-records';

const TESTS = Array.from({ length: 20 }, (_, index) => `a::passes_${index + 10}`);
const ROOM = 6;
const machine: BudgetScope = { ceiling: { memoryBytes: 2 ** 30 }, runner: [] };

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-cargo-test-resources-'));
  file = join(folder, 'resources', 'lib.a.json');
});
afterEach(() => rm(folder, { recursive: true }));

const open = (scope = machine): Promise<LeafResources> =>
  openLeafResources({
    file,
    leaf: 'lib::a',
    project: 'sample',
    scope,
    now: () => '2026-11-24T10:00:00.000Z',
  });

interface Run {
  /** Numbers of tests of the processes that were started. */
  readonly started: readonly number[];
  readonly passed: readonly string[];
  readonly kills: number;
  readonly note: string | undefined;
  readonly problems: readonly string[];
}

/** Runs real processes, of which one that runs more than {@link ROOM} tests is killed. */
async function run(tests: readonly string[], scope = machine, room = ROOM): Promise<Run> {
  const resources = await open(scope);
  const { testsPerProcess, alone } = resources;
  const plan = fakePlan(tests, {
    environment: { PATH: process.env['PATH'] ?? '', FAKE_ROOM: `${room}` },
    alone,
    ...(testsPerProcess === undefined ? {} : { testsPerProcess }),
  });
  const runner = createProcessRunner({
    host: { ...nativeHost(spawnWithNode), readMemoryKills: () => Promise.resolve({}) },
    limit: createLimit(1),
    pollMilliseconds: 20,
  });
  const events: RunEvent[] = [];
  for await (const event of runner.run(plan)) {
    events.push(event);
    resources.add(event);
  }
  return {
    started: events.flatMap((event) => (event.type === 'started' ? [event.tests.length] : [])),
    passed: events
      .flatMap((event) =>
        event.type === 'verdict' && event.verdict.kind === 'passed' ? [event.test] : [],
      )
      .sort(),
    kills: events.filter(({ type }) => type === 'rerun').length,
    note: resources.describeSplit(plan.processes.map((process) => process.tests.length)),
    problems: await resources.end(),
  };
}

test('after a process was killed, the next run plans smaller ones and says why', async () => {
  const first = await run(TESTS);
  expect(first).toMatchObject({ kills: 1, passed: TESTS, note: undefined, problems: [] });
  expect(await run(TESTS)).toEqual({
    started: [5, 5, 5, 5],
    passed: TESTS,
    kills: 0,
    note:
      'split into 4 processes of at most 5 tests, because a process of 20 was killed by SIGKILL, ' +
      'cause unknown on 2026-11-24; `npx nx-cargo-test resources forget lib::a --project=sample` ' +
      'forgets that',
    problems: [],
  });
});

test('tests that fit run together, without a word', async () => {
  await run(TESTS);
  expect(await run(TESTS.slice(0, ROOM))).toMatchObject({
    started: [ROOM],
    note: undefined,
  });
});

test('under another ceiling nothing is split', async () => {
  await run(TESTS);
  const raised = { ...machine, ceiling: { memoryBytes: 2 ** 31 } };
  expect(await run(TESTS, raised, 100)).toMatchObject({ started: [20], kills: 0 });
  expect(await run(TESTS)).toMatchObject({ kills: 0, started: [5, 5, 5, 5] });
});

test('what a kill teaches is on disk before the run ends', async () => {
  const resources = await open();
  resources.add({ type: 'started', process: 0, tests: TESTS });
  resources.add({
    type: 'rerun',
    process: 0,
    why: 'SIGKILL, cause unknown',
    running: [],
    batches: [TESTS],
  });
  await resources.end();
  expect((await open()).testsPerProcess).toBe(1);
});

test('ignored tests say nothing of what fits', async () => {
  const [first = '', second = '', ...others] = TESTS;
  const resources = await open();
  const kill: RunEvent[] = [
    { type: 'started', process: 0, tests: TESTS },
    { type: 'rerun', process: 0, why: 'SIGKILL', running: [], batches: [[first], others] },
    { type: 'started', process: 1, tests: [first, second] },
    { type: 'verdict', test: first, verdict: { kind: 'passed' } },
    { type: 'verdict', test: second, verdict: { kind: 'ignored' } },
    {
      type: 'ended',
      process: 1,
      exit: { type: 'code', code: 0 },
      seconds: 1,
      leftProcesses: false,
    },
  ];
  for (const event of kill) resources.add(event);
  await resources.end();
  expect((await readResources(file, 'lib::a')).content.budgets[0]?.budget).toMatchObject({
    fitted: 0,
    ended: 1,
  });
});

test('a process that we killed, and one that crashed, teach nothing', async () => {
  const resources = await open();
  const events: RunEvent[] = [
    { type: 'started', process: 0, tests: TESTS },
    { type: 'killed', process: 0, why: 'it took too long', tests: [] },
    { type: 'rerun', process: 0, why: 'it took too long', running: [], batches: [TESTS] },
    {
      type: 'ended',
      process: 0,
      exit: { type: 'signal', signal: 'SIGKILL' },
      seconds: 1,
      leftProcesses: false,
    },
    { type: 'started', process: 1, tests: TESTS },
    {
      type: 'ended',
      process: 1,
      exit: { type: 'signal', signal: 'SIGSEGV' },
      seconds: 1,
      problem: 'it crashed',
      leftProcesses: false,
    },
  ];
  for (const event of events) resources.add(event);
  await resources.end();
  expect((await open()).testsPerProcess).toBeUndefined();
});

test('records what real processes held, and the last runs of the leaf', async () => {
  await run(TESTS);
  const { content } = await readResources(file, 'lib::a');
  expect(content.runs).toEqual([
    {
      at: '2026-11-24T10:00:00.000Z',
      ceiling: machine.ceiling,
      processes: expect.arrayContaining([
        expect.objectContaining({ tests: 20, rerun: 14, killedBy: 'SIGKILL, cause unknown' }),
      ]),
    },
  ]);
  if (process.platform !== 'linux') return;
  const seen = content.runs[0]!.processes.flatMap(({ peaks }) => peaks ?? []);
  expect(seen.length).toBeGreaterThan(0);
  for (const peaks of seen) expect(peaks.threads).toBeGreaterThan(0);
});

test('a damaged file is named, replaced, and splits nothing', async () => {
  await run(TESTS);
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.slice(0, -20));
  const resources = await open();
  expect(resources.problem).toContain(file);
  expect(resources.testsPerProcess).toBeUndefined();
  await run(TESTS);
  expect((await open()).problem).toBeUndefined();
  expect(await readdir(join(folder, 'resources'))).toEqual(['lib.a.json']);
});

test('a disk that cannot be written is said and fails nothing', async () => {
  await writeFile(join(folder, 'resources'), 'no folder');
  const { problems, passed } = await run(TESTS);
  expect(passed).toEqual(TESTS);
  expect(problems).toEqual([expect.stringMatching(/^resources were not recorded: /)]);
});

test('a process that ran out of something teaches as one that was killed, and says what', async () => {
  const resources = await open();
  const failed = TESTS.slice(14);
  resources.add({ type: 'started', process: 0, tests: TESTS });
  for (const test of TESTS.slice(0, 14))
    resources.add({ type: 'verdict', test, verdict: { kind: 'passed' } });
  const why = 'descriptors: 64 were open, and RLIMIT_NOFILE is 64';
  resources.add({
    ...{ type: 'rerun', process: 0, why, running: [], exhausted: failed },
    batches: [failed],
  });
  expect(await resources.end()).toEqual([]);
  const next = await open();
  expect(next.testsPerProcess).toBe(1);
  expect(next.describeSplit([10, 10])).toBe(
    'split into 2 processes of at most 10 tests, because a process of 20 ran out of descriptors: 64 were open, and RLIMIT_NOFILE is 64 on 2026-11-24; `npx nx-cargo-test resources forget lib::a --project=sample` forgets that',
  );
});

test('processes that others shared teach nothing, and are no run', async () => {
  const resources = await open();
  const shared = { leaves: ['lib::b'], tests: ['b::passes'] };
  resources.add({ type: 'started', process: 0, tests: TESTS, shared });
  resources.add({ type: 'rerun', process: 0, why: 'SIGKILL', running: [], batches: [TESTS] });
  resources.add({
    ...{ type: 'ended', process: 0, exit: { type: 'signal', signal: 'SIGKILL' } },
    ...{ seconds: 1, leftProcesses: false },
  });
  expect(await resources.end()).toEqual([]);
  const { content } = await readResources(file, 'lib::a');
  expect(content).toMatchObject({ runs: [], budgets: [] });
});

describe('a test that needs nearly all there is', () => {
  const tests = [...TESTS, 'a::takes_all', 'b::passes_1', 'b::passes_2'];

  test('runs alone from then on, and does not make the others do so', async () => {
    const first = await run(tests, machine, Infinity);
    expect(first).toMatchObject({ passed: [...tests].sort(), problems: [] });
    expect(first.kills).toBeGreaterThan(1);
    const second = await run(tests, machine, Infinity);
    expect(second).toMatchObject({ kills: 0, started: [22, 1], note: undefined });
    expect((await open()).describeAlone()).toMatch(
      /^a::takes_all runs alone, because a process was killed by SIGKILL, cause unknown.* on 2026-11-24 before any other test had ended in it; `npx nx-cargo-test resources forget lib::a --project=sample` forgets that$/,
    );
  }, 60_000);
});

test('a kill that it had no part in still counts for the others', async () => {
  const tests = [...TESTS.slice(0, 10), 'a::takes_all'];
  expect((await run(tests)).kills).toBeGreaterThan(1);
  await run(tests);
  const third = await run(tests);
  expect(third.kills).toBe(0);
  expect(Math.max(...third.started)).toBeLessThanOrEqual(ROOM);
}, 60_000);

test('of a few tests that ran at one time, each runs alone, as nobody can tell which it was', async () => {
  const resources = await open();
  const few = ['a::one', 'a::two'];
  resources.add({ type: 'started', process: 0, tests: few });
  resources.add({
    ...{ type: 'rerun', process: 0, why: 'SIGKILL', running: few },
    batches: few.map((test) => [test]),
  });
  expect(await resources.end()).toEqual([]);
  const next = await open();
  expect([...next.alone]).toEqual(few);
  expect(next.testsPerProcess).toBeUndefined();
});

test('what was used up before a test ran is not its doing', async () => {
  const resources = await open();
  resources.add({ type: 'started', process: 0, tests: TESTS });
  resources.add({ type: 'verdict', test: TESTS[0]!, verdict: { kind: 'passed' } });
  resources.add({
    ...{ type: 'rerun', process: 0, why: 'SIGKILL', running: [TESTS[1]!] },
    batches: TESTS.slice(1).map((test) => [test]),
  });
  expect(await resources.end()).toEqual([]);
  expect((await open()).alone.size).toBe(0);
});
