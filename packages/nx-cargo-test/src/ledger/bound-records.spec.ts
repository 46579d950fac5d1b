import { boundRecords, LEDGER_LIMITS } from './bound-records';
import { EVERY_KEY, revokeEveryKey, type LedgerRecord } from './ledger-record';
import { mergeLedger } from './merge-ledger';
import { passOf, revocationOf } from './test-support/sample-records';

const AS = { id: 'joined', at: '2026-01-02T03:04:05.000Z' };

function bound(records: readonly LedgerRecord[], limits: Partial<typeof LEDGER_LIMITS>) {
  return boundRecords(mergeLedger(records), { ...LEDGER_LIMITS, ...limits }, AS);
}

const keysOf = (records: readonly LedgerRecord[]): string[] => records.map(({ key }) => key);

test('a ledger within the limits stays as it is', () => {
  const kept = bound([passOf('a1'), passOf('b1'), revocationOf('a1', 'r')], {});
  expect(keysOf(kept.passes)).toEqual(['a1', 'b1']);
  expect(kept.revocations).toEqual([revocationOf('a1', 'r')]);
  expect(kept.collapsed).toBe(false);
});

test('the first passes go, of each test and of all', () => {
  const passes = ['a1', 'a2', 'b1', 'a3', 'c1'].map((key) => passOf(key));
  expect(keysOf(bound(passes, { passesPerTest: 2 }).passes)).toEqual(['a2', 'b1', 'a3', 'c1']);
  expect(keysOf(bound(passes, { passes: 2 }).passes)).toEqual(['a3', 'c1']);
});

test('a revocation is kept though its pass went or superseded it', () => {
  const revocations = [revocationOf('a1', 'r1'), revocationOf('a2', 'r2')];
  const kept = bound([passOf('a1', { supersedes: ['r1'] }), passOf('a2'), ...revocations], {
    passes: 1,
  });
  expect(keysOf(kept.passes)).toEqual(['a2']);
  expect(kept.revocations).toEqual(revocations);
});

test.each([
  ['revocations', { revocations: 1 }, [revocationOf('a1', 'r1'), revocationOf('b1', 'r2')]],
  [
    'revocations of every key',
    { revocationsOfEveryKey: 1 },
    [revokeEveryKey('e1', 'forgotten', AS.at), revokeEveryKey('e2', 'forgotten', AS.at)],
  ],
])('too many %s give way to one of every key, without passes', (_, limits, revocations) => {
  const kept = bound([passOf('a1'), passOf('c1'), ...revocations], limits);
  expect(kept.collapsed).toBe(true);
  expect(kept.passes).toEqual([]);
  expect(kept.revocations).toMatchObject([{ key: EVERY_KEY, id: 'joined' }]);
});
