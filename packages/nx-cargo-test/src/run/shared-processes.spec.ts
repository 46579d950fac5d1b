import { planRun, type RunPlan } from '../plan/run-plan';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { collectOutcome, type LeafOutcome } from '../report/leaf-outcome';
import { createLimit } from './concurrency';
import { nativeHost } from './native-host';
import { createProcessRunner } from './process-runner';
import type { RunEvent } from './run-event';
import type { Runner } from './runner';
import { shareProcesses, type SharingOptions } from './shared-processes';
import { fakeBinary, fakeManifest } from './test-support/fake-leaf';

const limits = { warnAfterSeconds: 60, killAfterSeconds: 300 };
const environment = { PATH: process.env['PATH'] ?? '' };

/** A plan for all tests of `lib::MODULE`, of which it is known that they fit into one process. */
function planOf(module: string, tests: readonly string[], changes: Partial<RunPlan> = {}): RunPlan {
  const leaf = `lib::${module}`;
  const names = tests.map((test) => `${module}::${test}`);
  const plan = planRun({
    manifest: { ...fakeManifest(names), leaves: [{ id: leaf, binary: 0, tests: names }] },
    leaf,
    args: ['--test-threads=1'],
    expectedFailures: names.filter((name) => name.endsWith('fails_as_expected')),
    command: fakeBinary,
    workingDirectory: __dirname,
    environment,
    limits,
    needs: { tests: 100 },
  });
  return { ...plan, ...changes };
}

interface LeafRun {
  readonly outcome: LeafOutcome;
  readonly kinds: Record<string, string>;
  readonly started: readonly (RunEvent & { type: 'started' })[];
  readonly reruns: readonly (RunEvent & { type: 'rerun' })[];
  readonly events: readonly RunEvent[];
}

interface SharedRun {
  readonly leaves: readonly LeafRun[];
  /** Numbers of tests of the shared processes and those that followed on them. */
  readonly processes: readonly number[];
}

async function run(
  plans: readonly RunPlan[],
  { runner: given, ...changes }: Partial<SharingOptions> = {},
): Promise<SharedRun> {
  const host = { ...nativeHost(spawnWithNode), readMemoryKills: () => Promise.resolve({}) };
  const runner =
    given ?? createProcessRunner({ host, limit: createLimit(1), pollMilliseconds: 20 });
  const processes: number[] = [];
  const shared = shareProcesses({
    runner,
    budget: () => Promise.resolve({ tests: 20 }),
    onEvent(event) {
      if (event.type === 'started') processes.push(event.tests.length);
    },
    ...changes,
  });
  const seats = plans.map(() => shared.seat());
  const leaves = await Promise.all(
    plans.map(async (plan, index): Promise<LeafRun> => {
      const seat = seats[index]!;
      const events: RunEvent[] = [];
      const collector = collectOutcome(plan.tests, plan.expectedFailures);
      for await (const event of seat.runner.run(plan)) {
        events.push(event);
        collector.add(event);
      }
      seat.leave();
      const outcome = collector.outcome();
      return {
        outcome,
        events,
        kinds: Object.fromEntries(outcome.tests.map(({ name, verdict }) => [name, verdict.kind])),
        started: events.filter((event) => event.type === 'started'),
        reruns: events.filter((event) => event.type === 'rerun'),
      };
    }),
  );
  await shared.end();
  return { leaves, processes };
}

test('leaves share a process, and each has the verdicts of its own tests', async () => {
  const { leaves, processes } = await run([
    planOf('a', ['passes_1', 'fails', 'ignored']),
    planOf('b', ['passes_1', 'passes_2']),
  ]);
  expect(processes).toEqual([5]);
  expect(leaves.map(({ kinds }) => kinds)).toEqual([
    { 'a::fails': 'failed', 'a::ignored': 'ignored', 'a::passes_1': 'passed' },
    { 'b::passes_1': 'passed', 'b::passes_2': 'passed' },
  ]);
  expect(leaves.map(({ outcome }) => outcome.success)).toEqual([false, true]);
  expect(leaves[1]?.outcome.notes).toEqual(['shared a process with a']);
  expect(leaves[1]?.started).toEqual([
    {
      type: 'started',
      process: 0,
      tests: ['b::passes_1', 'b::passes_2'],
      shared: { leaves: ['lib::a'], tests: ['a::fails', 'a::ignored', 'a::passes_1'] },
    },
  ]);
});

test('tests whose failure is expected run alone, as ever', async () => {
  const { leaves, processes } = await run([
    planOf('a', ['passes_1', 'fails_as_expected']),
    planOf('b', ['passes_1']),
  ]);
  expect(processes).toEqual([2]);
  expect(leaves[0]?.kinds).toEqual({ 'a::fails_as_expected': 'failed', 'a::passes_1': 'passed' });
  expect(leaves[0]?.outcome.success).toBe(true);
  expect(leaves[0]?.started.map(({ process, tests }) => [process, tests]).sort()).toEqual([
    [0, ['a::passes_1']],
    [1, ['a::fails_as_expected']],
  ]);
});

test('after a kill from outside the leaves are parted, and then each is made smaller', async () => {
  const names = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `passes_${index}`);
  const room = { environment: { ...environment, FAKE_ROOM: '4' } };
  const { leaves, processes } = await run([
    planOf('a', names(3), room),
    planOf('b', names(2), room),
    planOf('c', names(6), room),
  ]);
  expect(processes).toEqual([11, 1, 6, 2]);
  expect(leaves.every(({ outcome }) => outcome.success)).toBe(true);
  expect(leaves.map(({ reruns }) => reruns.map(({ batches }) => batches.flat()))).toEqual([
    [[]],
    [['b::passes_1']],
    [names(6).map((name) => `c::${name}`), ['c::passes_4', 'c::passes_5']],
  ]);
  expect(leaves[0]?.outcome.notes).toContain(
    'a process was killed by SIGKILL, cause unknown while b::passes_1 ran; all tests of this module had their verdict by then',
  );
});

test('a test that is killed alone fails its leaf only', async () => {
  const { leaves } = await run([
    planOf('a', ['passes_1', 'is_killed']),
    planOf('b', ['passes_1', 'passes_2']),
  ]);
  expect(leaves.map(({ kinds }) => kinds)).toEqual([
    { 'a::is_killed': 'killed', 'a::passes_1': 'passed' },
    { 'b::passes_1': 'passed', 'b::passes_2': 'passed' },
  ]);
});

test('a crash fails every leaf of the process, whatever verdicts it has', async () => {
  const { leaves } = await run([
    planOf('a', ['passes_1']),
    planOf('b', ['aborts', 'passes_2']),
    planOf('c', ['passes_1']),
  ]);
  expect(leaves.map(({ kinds }) => kinds)).toEqual([
    { 'a::passes_1': 'passed' },
    { 'b::aborts': 'killed', 'b::passes_2': 'notRun' },
    { 'c::passes_1': 'notRun' },
  ]);
  for (const { outcome } of leaves) {
    expect(outcome.success).toBe(false);
    expect(outcome.problems).toEqual([
      'the process ended with SIGABRT before all of its tests had a verdict',
    ]);
  }
});

test('a leaf that hands in no plan keeps nobody waiting', async () => {
  const host = nativeHost(spawnWithNode);
  const shared = shareProcesses({
    runner: createProcessRunner({ host, limit: createLimit(1) }),
    budget: () => Promise.resolve({ tests: 20 }),
    onEvent: () => undefined,
  });
  const [first, second] = [shared.seat(), shared.seat()];
  const events = first.runner.run(planOf('a', ['passes_1']));
  second.leave();
  second.leave();
  const verdicts = [];
  for await (const event of events) if (event.type === 'verdict') verdicts.push(event.test);
  expect(verdicts).toEqual(['a::passes_1']);
});

test('what goes wrong reaches every leaf that it concerns', async () => {
  const broken: Runner = {
    ...createProcessRunner({ host: nativeHost(spawnWithNode), limit: createLimit(1) }),
    run: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('disk is full')) }),
    }),
  };
  const plans = [planOf('a', ['passes_1']), planOf('b', ['passes_1'])];
  await expect(run(plans, { runner: broken })).rejects.toThrow('disk is full');
  const budget = (): Promise<never> => Promise.reject(new Error('no budget'));
  await expect(run(plans, { budget })).rejects.toThrow('no budget');
});
