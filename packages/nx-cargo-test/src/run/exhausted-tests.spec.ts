import { spawnWithNode } from '../process/test-support/spawn-with-node';
import type { ReachedLimit } from '../resources/reached-limits';
import { describeRerun } from '../report/describe-rerun';
import { createLimit } from './concurrency';
import { nativeHost } from './native-host';
import { createProcessRunner } from './process-runner';
import type { RunEvent } from './run-event';
import { fakePlan } from './test-support/fake-leaf';

const TOO_MANY =
  'called `Result::unwrap()` on an `Err` value: Os { code: 24, message: "Too many open files" }';
const NO_MEMORY = 'Cannot allocate memory (os error 12)';
const descriptors: ReachedLimit = { resource: 'descriptors', amount: 64, limit: 64 };
const locked: ReachedLimit = { resource: 'lockedBytes', amount: 60 * 1024, limit: 64 * 1024 };
const TESTS = ['a::fails', 'a::lacks_1', 'a::lacks_2', 'a::passes_1', 'a::passes_2'];

interface Run {
  readonly kinds: Record<string, string>;
  readonly reruns: readonly (RunEvent & { type: 'rerun' })[];
  readonly started: readonly number[];
  readonly problems: readonly string[];
}

/**
 * Runs tests of which `lacks` fail with an error in a process of more than so many tests,
 * whose limits are seen to be reached.
 */
async function run(given: {
  readonly tests?: readonly string[];
  readonly lacking?: number;
  readonly error?: string;
  readonly reached?: readonly ReachedLimit[];
  readonly args?: readonly string[];
  readonly exit?: string;
}): Promise<Run> {
  const { tests = TESTS, lacking = 2, error = TOO_MANY, reached = [descriptors] } = given;
  const runner = createProcessRunner({
    host: {
      ...nativeHost(spawnWithNode),
      watchResources: () => ({ stop: () => undefined, reachedLimits: () => reached }),
    },
    limit: createLimit(1),
    pollMilliseconds: 20,
  });
  const plan = fakePlan(tests, {
    args: ['--test-threads=1', ...(given.args ?? [])],
    environment: {
      PATH: process.env['PATH'] ?? '',
      FAKE_LACKING: `${lacking}`,
      FAKE_ERROR: error,
      ...(given.exit === undefined ? {} : { FAKE_EXIT: given.exit }),
    },
  });
  const events: RunEvent[] = [];
  for await (const event of runner.run(plan)) events.push(event);
  const told = events.filter((event) => event.type === 'verdict');
  expect(told.map(({ test }) => test).sort()).toEqual([...tests].sort());
  return {
    kinds: Object.fromEntries(told.map(({ test, verdict }) => [test, verdict.kind])),
    reruns: events.filter((event) => event.type === 'rerun'),
    started: events.flatMap((event) => (event.type === 'started' ? [event.tests.length] : [])),
    problems: events.flatMap((event) => (event.type === 'ended' ? (event.problem ?? []) : [])),
  };
}

const failedForIt = { 'a::lacks_1': 'failed', 'a::lacks_2': 'failed' };
const others = { 'a::fails': 'failed', 'a::passes_1': 'passed', 'a::passes_2': 'passed' };

test('tests that failed for what was used up run again in smaller processes', async () => {
  const { kinds, reruns, started, problems } = await run({});
  expect(kinds).toEqual({ ...others, 'a::lacks_1': 'passed', 'a::lacks_2': 'passed' });
  expect(started).toEqual([5, 2]);
  expect(problems).toEqual([]);
  expect(reruns.map(describeRerun)).toEqual([
    'a process ran out of descriptors: 64 were open, and RLIMIT_NOFILE is 64; a::lacks_1, a::lacks_2 failed for it, and run again, in processes of at most 2 tests',
  ]);
});

test('down to a test alone, whose failure is a failure', async () => {
  const { kinds, started } = await run({ lacking: 0 });
  expect(kinds).toEqual({ ...others, ...failedForIt });
  expect(started).toEqual([5, 2, 1, 1]);
});

test('locked memory counts as descriptors do, with an error of its own', async () => {
  const { kinds, reruns } = await run({ reached: [locked], error: NO_MEMORY });
  expect(kinds['a::lacks_1']).toBe('passed');
  expect(reruns[0]?.why).toBe('locked memory: 60 KiB were locked, and RLIMIT_MEMLOCK is 64 KiB');
});

test.each<[string, Parameters<typeof run>[0]]>([
  ['no limit was seen to be reached', { reached: [] }],
  ['a test names no error of it', { error: 'assertion failed' }],
  ['it names the error of another resource', { error: NO_MEMORY }],
  ['its output is not captured', { error: '' }],
])('a failure stays one where %s', async (_, given) => {
  const { kinds, started } = await run(given);
  expect(kinds).toEqual({ ...others, ...failedForIt });
  expect(started).toEqual([5]);
});

test('so it does where the process ended in another way than failed tests end it', async () => {
  const { kinds, started, problems } = await run({ exit: '3' });
  expect(kinds).toEqual({ ...others, ...failedForIt });
  expect(started).toEqual([5]);
  expect(problems).toEqual(['the process ended with exit code 3, although a test had failed']);
});
