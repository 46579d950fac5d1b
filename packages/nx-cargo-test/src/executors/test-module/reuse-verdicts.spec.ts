import type { ManifestBinary } from '../../fingerprint/manifest';
import type { LeafLedger } from '../../ledger/leaf-ledger';
import type { LedgerAnswer } from '../../plan/plan-reuse';
import { reuseVerdicts, type LeafReuse } from './reuse-verdicts';

const parts = { code: 'c', inputs: 'i', machine: 'm', options: 'o' };
const passed = (name: string): LedgerAnswer => ({
  state: 'passed',
  pass: {
    type: 'pass',
    key: name,
    test: { cargoWorkspace: '.', package: 'demo', binary: 'lib:demo', name },
    at: '2026-01-01T00:00:00.000Z',
    commit: '1a2b3c4d',
    localChanges: true,
    machine: 'linux 6.1 x64, native',
    parts,
    seconds: 0.5,
    supersedes: [],
  },
});

const binary: ManifestBinary = {
  kind: 'lib',
  name: 'demo',
  harness: true,
  executable: 'demo',
  sha256: 'x',
  workingDirectory: '.',
  environment: {},
  runner: [],
  target: 'x86_64-unknown-linux-gnu',
  nativeCpu: false,
  tests: [
    { name: 'a', ignored: false },
    { name: 'b', ignored: false },
    { name: 'later', ignored: true },
  ],
  sharedState: [],
  stateUnknown: [],
};

function ask(
  answers: Readonly<Record<string, LedgerAnswer>>,
  request: Partial<Parameters<typeof reuseVerdicts>[0]> = {},
): LeafReuse {
  const ledger: LeafLedger = {
    answer: (test) => answers[test] ?? { state: 'unknown', parts },
    passed: () => Promise.resolve(),
    notPassed: () => Promise.resolve(),
  };
  return reuseVerdicts({
    ledger,
    mode: 'test',
    binary,
    names: ['a', 'b', 'later'],
    args: [],
    expectedFailures: [],
    ...request,
  });
}

test('a reused test says where it passed; ignored ones need no process', () => {
  const { verdicts, reasons } = ask({ a: passed('a'), b: passed('b') });
  expect(Object.fromEntries(verdicts)).toEqual({
    a: {
      kind: 'reused',
      passed: {
        commit: '1a2b3c4d',
        localChanges: true,
        at: '2026-01-01T00:00:00.000Z',
        machine: 'linux 6.1 x64, native',
        seconds: 0.5,
      },
    },
    b: expect.objectContaining({ kind: 'reused' }),
    later: { kind: 'ignored' },
  });
  expect(reasons.size).toBe(0);
});

test('the others run, each with the reason', () => {
  const { verdicts, reasons } = ask({ a: passed('a') });
  expect([...verdicts.keys()]).toEqual(['a', 'later']);
  expect([...reasons]).toEqual([['b', 'it is not known to have passed']]);
});

test('where nothing is reused, ignored tests are left to the harness, which says why', () => {
  expect(ask({}).verdicts.size).toBe(0);
});

test('reasons are given only where something is reused', () => {
  const { reasons, isFullRun, recordsPasses } = ask({});
  expect({ reasons: [...reasons], isFullRun, recordsPasses }).toEqual({
    reasons: [],
    isFullRun: true,
    recordsPasses: true,
  });
});

test.each([
  [['a']],
  [['--skip', 'b']],
  [['--include-ignored']],
  [['--exact', 'a']],
  [['--shuffle']],
])('the arguments %j ask nothing and leave no pass', (args) => {
  const { verdicts, recordsPasses, isFullRun } = ask({ a: passed('a'), b: passed('b') }, { args });
  expect({ verdicts: verdicts.size, recordsPasses, isFullRun }).toEqual({
    verdicts: 0,
    recordsPasses: false,
    isFullRun: false,
  });
});

test.each([
  [['--nocapture']],
  [['--color', 'always']],
  [['--color=never']],
  [['--test-threads', '2']],
])('the arguments %j do not', (args) => {
  expect(ask({ a: passed('a'), b: passed('b') }, { args }).verdicts.size).toBe(3);
});

test('a binary without harness has arguments of its own', () => {
  const plain = { ...binary, harness: false, tests: [{ name: 'a', ignored: false }] };
  const request = { binary: plain, names: ['a'] };
  expect(ask({ a: passed('a') }, request).verdicts.size).toBe(1);
  expect(ask({ a: passed('a') }, { ...request, args: ['--color'] }).verdicts.size).toBe(0);
});

test('without a ledger everything runs, and the user is told why', () => {
  const { verdicts, notes, ledger } = ask({}, { ledger: { unusable: 'Nx does not tell' } });
  expect(verdicts.size).toBe(0);
  expect(notes).toEqual(['nothing is reused: Nx does not tell']);
  expect(ledger).toBeUndefined();
});
