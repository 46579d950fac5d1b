import type { LeafLedger } from '../../ledger/leaf-ledger';
import type { RunEvent } from '../../run/run-event';
import { recordVerdicts } from './record-verdicts';

/** Records a run of `a`, `b` and `c` in one process, and `alone` in another. */
async function record(
  events: readonly RunEvent[],
  options: { recordsPasses?: boolean; neverRecorded?: readonly string[] } = {},
): Promise<{ passed: unknown[]; notPassed: unknown[] }> {
  const passed: unknown[] = [];
  const notPassed: unknown[] = [];
  const ledger: LeafLedger = {
    answer: () => {
      throw new Error('not asked');
    },
    passed: (tests, isFullRun) => {
      passed.push(...tests.map((test) => ({ ...test, isFullRun })));
      return Promise.resolve();
    },
    notPassed: (test, why) => {
      notPassed.push([test, why]);
      return Promise.resolve();
    },
  };
  const recorder = recordVerdicts({
    verdicts: new Map(),
    reasons: new Map(),
    notes: [],
    ledger,
    recordsPasses: options.recordsPasses ?? true,
    isFullRun: true,
    neverRecorded: new Set(options.neverRecorded),
  });
  recorder.add({ type: 'started', process: 0, tests: ['a', 'b', 'c'] });
  recorder.add({ type: 'started', process: 1, tests: ['alone'] });
  for (const event of events) recorder.add(event);
  await recorder.end();
  return { passed, notPassed };
}

const passes = (test: string, seconds?: number): RunEvent => ({
  type: 'verdict',
  test,
  verdict: { kind: 'passed' },
  ...(seconds === undefined ? {} : { seconds }),
});
const fails = (test: string): RunEvent => ({ type: 'verdict', test, verdict: { kind: 'failed' } });
const ended = (end: Partial<RunEvent & { type: 'ended' }> = {}): RunEvent => ({
  type: 'ended',
  process: 0,
  exit: { type: 'code', code: 0 },
  seconds: 1,
  leftProcesses: false,
  ...end,
});

test('passes of a process that ended by itself are remembered', async () => {
  expect(await record([passes('a', 0.5), passes('b'), passes('alone'), ended()])).toEqual({
    passed: [
      { name: 'a', seconds: 0.5, isFullRun: true },
      { name: 'b', isFullRun: true },
    ],
    notPassed: [],
  });
});

test('a failure is remembered, and so are the passes beside it', async () => {
  const exit = { type: 'code', code: 101 } as const;
  expect(await record([passes('a'), fails('b'), ended({ exit })])).toEqual({
    passed: [{ name: 'a', isFullRun: true }],
    notPassed: [['b', 'failed']],
  });
});

test.each([
  ['a problem', ended({ problem: 'the process ended early' })],
  ['a signal', ended({ exit: { type: 'signal', signal: 'SIGKILL' } })],
  ['no start', ended({ exit: { type: 'notStarted', reason: 'ENOENT' } })],
])('no pass of a process that ended with %s is remembered', async (_, end) => {
  const killed: RunEvent = {
    type: 'verdict',
    test: 'c',
    verdict: { kind: 'killed', cause: 'processEnd', by: 'SIGKILL' },
  };
  expect(await record([passes('a'), passes('b'), killed, end])).toEqual({
    passed: [],
    notPassed: [['c', 'killed: SIGKILL']],
  });
});

test('no pass of a process that was killed is remembered, whatever its end looks like', async () => {
  const kill: RunEvent = { type: 'killed', process: 0, why: 'it took too long', tests: [] };
  expect((await record([passes('a'), kill, ended()])).passed).toEqual([]);
});

test('a process without an end leaves no pass', async () => {
  expect((await record([passes('a')])).passed).toEqual([]);
});

test('with other arguments only failures are remembered', async () => {
  expect(await record([passes('a'), fails('b'), ended()], { recordsPasses: false })).toEqual({
    passed: [],
    notPassed: [['b', 'failed']],
  });
});

test('nothing is remembered of tests that may fail', async () => {
  const events = [passes('a'), fails('b'), ended()];
  expect(await record(events, { neverRecorded: ['a', 'b'] })).toEqual({
    passed: [],
    notPassed: [],
  });
});

test('what passed before its process was killed is not remembered, and what ran again is', async () => {
  const rerun: RunEvent = {
    type: 'rerun',
    process: 0,
    why: 'SIGKILL',
    running: ['b'],
    batches: [['b'], ['c']],
  };
  const again: RunEvent = { type: 'started', process: 2, tests: ['b'] };
  const events = [
    passes('a'),
    rerun,
    ended({ exit: { type: 'code', code: 137 } }),
    again,
    passes('b'),
    ended({ process: 2 }),
  ];
  expect(await record(events)).toEqual({
    passed: [{ name: 'b', isFullRun: true }],
    notPassed: [],
  });
});
