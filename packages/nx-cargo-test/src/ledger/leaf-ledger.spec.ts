import { openLeafLedger, type LeafLedger } from './leaf-ledger';
import {
  revokeEveryKey,
  type LedgerRecord,
  type PassRecord,
  type RevocationRecord,
} from './ledger-record';
import { mergeLedger } from './merge-ledger';

const commit = { commit: '1a2b3c4', localChanges: false };

/** A leaf with the tests `a` and `b`, on a ledger that holds some records. */
function leafOn(
  records: readonly LedgerRecord[],
  changes: { fingerprint?: string; machine?: string } = {},
): LeafLedger & { passes: PassRecord[]; revocations: RevocationRecord[]; flushes: number } {
  const passes: PassRecord[] = [];
  const revocations: RevocationRecord[] = [];
  const written = { passes, revocations, flushes: 0 };
  const ledger = openLeafLedger(
    {
      ledger: mergeLedger(records),
      writer: {
        addPasses: (added) => void passes.push(...added),
        revoke: (added) => void revocations.push(...added),
        flush: () => Promise.resolve(void (written.flushes += 1)),
      },
      commit: Promise.resolve(commit),
      now: () => '2026-01-01T00:00:00.000Z',
      newId: () => `id-${revocations.length}`,
    },
    {
      tests: ['a', 'b'].map((name) => ({
        name,
        fingerprint: changes.fingerprint ?? `code-of-${name}`,
      })),
      testOf: (name) => ({ cargoWorkspace: '.', package: 'demo', binary: 'lib:demo', name }),
      inputs: 'inputs',
      machineOf: () => changes.machine ?? 'machine',
      machineText: 'linux 6.1 x64, native',
      killAfterSeconds: 300,
    },
  );
  return Object.assign(written, ledger);
}

test('what passed is known afterwards, with where and when', async () => {
  const first = leafOn([]);
  expect(first.answer('a')).toMatchObject({ state: 'unknown' });
  await first.passed([{ name: 'a', seconds: 0.5 }], true);
  const second = leafOn(first.passes);
  expect(second.answer('a')).toMatchObject({
    state: 'passed',
    pass: {
      ...commit,
      at: '2026-01-01T00:00:00.000Z',
      machine: 'linux 6.1 x64, native',
      seconds: 0.5,
      test: { package: 'demo', binary: 'lib:demo', name: 'a' },
    },
  });
  expect(second.answer('b')).toMatchObject({ state: 'unknown' });
});

test('with other code or on another machine it is not, and what differs is told', async () => {
  const first = leafOn([]);
  await first.passed([{ name: 'a' }], true);
  const answer = leafOn(first.passes, { fingerprint: 'other' }).answer('a');
  expect(answer).toMatchObject({ state: 'unknown', previous: { machine: 'machine' } });
  expect(leafOn(first.passes, { machine: 'other' }).answer('a').state).toBe('unknown');
});

test('a failure is written at once, and only a run of the whole module outvotes it', async () => {
  const first = leafOn([]);
  await first.passed([{ name: 'a' }], true);
  await first.notPassed('a', 'failed');
  expect(first.flushes).toBe(1);
  const failed = [...first.passes, ...first.revocations];
  expect(leafOn(failed).answer('a')).toMatchObject({
    state: 'revoked',
    revocations: [{ why: 'failed' }],
  });

  const alone = leafOn(failed);
  await alone.passed([{ name: 'a' }], false);
  expect(leafOn([...failed, ...alone.passes]).answer('a').state).toBe('revoked');

  const whole = leafOn(failed);
  await whole.passed([{ name: 'a' }], true);
  expect(leafOn([...whole.passes, ...failed]).answer('a').state).toBe('passed');
});

test('a failure that came in meanwhile is not outvoted', async () => {
  const whole = leafOn([]);
  const beside = leafOn([]);
  await beside.notPassed('a', 'killed: SIGKILL');
  await whole.passed([{ name: 'a' }], true);
  expect(leafOn([...beside.revocations, ...whole.passes]).answer('a').state).toBe('revoked');
});

describe('after everything was revoked', () => {
  const everything = revokeEveryKey('damaged-1', 'a file was damaged', '2026-01-01T00:00:00.000Z');

  test('an earlier pass counts again after a run of its whole module only', async () => {
    const before = leafOn([]);
    await before.passed([{ name: 'a' }], true);
    const known = [...before.passes, everything];
    expect(leafOn(known).answer('a').state).toBe('revoked');
    const alone = leafOn(known);
    await alone.passed([{ name: 'a' }], false);
    expect(leafOn([...known, ...alone.passes]).answer('a').state).toBe('revoked');
    const whole = leafOn(known);
    await whole.passed([{ name: 'a' }], true);
    expect(leafOn([...known, ...whole.passes]).answer('a').state).toBe('passed');
  });

  test('code that never passed before may pass on its own', async () => {
    const after = leafOn([everything]);
    await after.passed([{ name: 'a' }], false);
    expect(leafOn([everything, ...after.passes]).answer('a').state).toBe('passed');
  });
});
