import type { KeyParts, PassRecord, RevocationRecord } from '../ledger/ledger-record';
import { planReuse, type LedgerAnswer, type ReuseRequest, type SharedState } from './plan-reuse';

const parts: KeyParts = { code: 'code', inputs: 'inputs', machine: 'machine', options: 'options' };

const circumstances = (name: string) => ({
  key: `key of ${name}`,
  test: { cargoWorkspace: '.', package: 'demo', binary: 'lib:demo', name },
  at: '2026-01-01T00:00:00.000Z',
  commit: '1a2b3c4d',
  localChanges: false,
  machine: 'linux 6.1 x64, native',
});

const pass = (name: string): LedgerAnswer => ({
  state: 'passed',
  pass: { type: 'pass', ...circumstances(name), parts, supersedes: [] } satisfies PassRecord,
});

const revoked = (name: string, why: string): LedgerAnswer => ({
  state: 'revoked',
  revocations: [
    { type: 'revocation', ...circumstances(name), id: 'r1', why } satisfies RevocationRecord,
  ],
});

const changed = (part: keyof KeyParts): LedgerAnswer => ({
  state: 'unknown',
  parts,
  previous: { ...parts, [part]: 'before' },
});

const nothingShared: SharedState = { statics: [], unknown: new Set() };

/** A plan for `a` to `e`, all known to have passed but for the answers given. */
function plan(
  answers: Readonly<Record<string, LedgerAnswer>>,
  request: Partial<ReuseRequest> = {},
): { reused: string[]; reasons: Record<string, string>; isFullRun: boolean } {
  const made = planReuse({
    tests: ['a', 'b', 'c', 'd', 'e'],
    mode: 'test',
    alwaysRun: new Set(),
    answer: (test) => answers[test] ?? pass(test),
    shared: nothingShared,
    ...request,
  });
  return {
    reused: [...made.reused.keys()],
    reasons: Object.fromEntries(made.reasons),
    isFullRun: made.isFullRun,
  };
}

test('all passed before: nothing runs', () => {
  expect(plan({})).toEqual({ reused: ['a', 'b', 'c', 'd', 'e'], reasons: {}, isFullRun: false });
});

test('only tests that changed run, each with what changed', () => {
  expect(
    plan({
      a: changed('code'),
      c: { state: 'unknown', parts },
      e: { state: 'unknown', parts, previous: { ...parts, inputs: 'x', machine: 'y' } },
    }),
  ).toEqual({
    reused: ['b', 'd'],
    reasons: {
      a: 'its code changed',
      c: 'it is not known to have passed',
      e: 'a declared file or variable and the machine or environment changed',
    },
    isFullRun: false,
  });
});

test('a test that failed before with the same code takes its whole module along', () => {
  expect(plan({ b: revoked('b', 'killed: SIGKILL') })).toEqual({
    reused: [],
    reasons: {
      a: 'b of its module failed before',
      b: 'it did not pass before: killed: SIGKILL',
      c: 'b of its module failed before',
      d: 'b of its module failed before',
      e: 'b of its module failed before',
    },
    isFullRun: true,
  });
});

test('mode module: one change runs the module', () => {
  const { reused, isFullRun, reasons } = plan({ d: changed('code') }, { mode: 'module' });
  expect(reused).toEqual([]);
  expect(isFullRun).toBe(true);
  expect(reasons['a']).toBe('d of its module runs');
  expect(plan({}, { mode: 'module' }).reused).toHaveLength(5);
});

test('mode off: everything runs, whatever is known', () => {
  const { reused, isFullRun } = plan({}, { mode: 'off' });
  expect(reused).toEqual([]);
  expect(isFullRun).toBe(true);
});

test('a test that may fail always runs, alone, and takes nobody along', () => {
  const shared: SharedState = {
    statics: [{ name: 'X', threadLocal: false, tests: new Set(['a', 'b']) }],
    unknown: new Set(),
  };
  expect(plan({}, { alwaysRun: new Set(['a']), shared })).toMatchObject({
    reused: ['b', 'c', 'd', 'e'],
    reasons: { a: 'its failure is expected' },
  });
  expect(plan({}, { alwaysRun: new Set(['a']), mode: 'module', shared }).reused).toHaveLength(4);
});

test('tests that share state run together, directly or through others', () => {
  const shared: SharedState = {
    statics: [
      { name: 'demo::COUNTER', threadLocal: false, tests: new Set(['a', 'b']) },
      { name: 'demo::CURRENT', threadLocal: true, tests: new Set(['b', 'c']) },
      { name: 'demo::OTHER', threadLocal: false, tests: new Set(['d', 'e']) },
    ],
    unknown: new Set(),
  };
  expect(plan({ a: changed('code') }, { shared })).toEqual({
    reused: ['d', 'e'],
    reasons: {
      a: 'its code changed',
      b: 'it shares the static demo::COUNTER with a',
      c: 'it shares the thread-local demo::CURRENT with b',
    },
    isFullRun: false,
  });
});

test('where it is not known what is shared, everything may be', () => {
  expect(plan({ a: changed('code') }, { shared: undefined }).reused).toEqual([]);
  const oneUnknown: SharedState = { statics: [], unknown: new Set(['c']) };
  expect(plan({ a: changed('code') }, { shared: oneUnknown })).toMatchObject({
    reused: [],
    reasons: {
      c: 'what it shares with a is not known',
      b: 'what it shares with c is not known',
    },
  });
});
