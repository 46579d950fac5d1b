import { EVERY_KEY, revokeEveryKey } from './ledger-record';
import { mergeLedger } from './merge-ledger';
import { passOf, revocationOf, testOfKey } from './test-support/sample-records';

const NOW = '2026-01-02T03:04:05.000Z';

test('a key without records is unknown, also when every key is revoked', () => {
  expect(mergeLedger([]).lookup('a1')).toEqual({ state: 'unknown' });
  const ledger = mergeLedger([passOf('a2'), revokeEveryKey('all', 'forgotten', NOW)]);
  expect(ledger.lookup('a1')).toEqual({ state: 'unknown' });
});

test('a pass makes its key reusable and no other', () => {
  const ledger = mergeLedger([passOf('a1')]);
  expect(ledger.lookup('a1')).toEqual({ state: 'passed', pass: passOf('a1') });
  expect(ledger.lookup('a2').state).toBe('unknown');
});

test.each([
  ['before', [revocationOf('a1', 'r'), passOf('a1')]],
  ['after', [passOf('a1'), revocationOf('a1', 'r')]],
  ['long before', [passOf('a1'), revocationOf('a1', 'r', { at: '1970-01-01T00:00:00.000Z' })]],
])('a failure %s a pass outvotes it', (_, records) => {
  const ledger = mergeLedger(records);
  expect(ledger.lookup('a1')).toMatchObject({ state: 'revoked', revocations: [{ id: 'r' }] });
  expect(ledger.revocationsOf('a1')).toEqual(['r']);
});

test('a failure without a pass is known', () => {
  expect(mergeLedger([revocationOf('a1', 'r')]).lookup('a1').state).toBe('revoked');
});

test('passes that name all failures outvote them, each naming some', () => {
  const failures = [revocationOf('a1', 'r1'), revocationOf('a1', 'r2')];
  const first = passOf('a1', { supersedes: ['r1'] });
  const second = passOf('a1', { supersedes: ['r2'] });
  expect(mergeLedger([...failures, first]).lookup('a1')).toMatchObject({
    state: 'revoked',
    revocations: [{ id: 'r2' }],
  });
  expect(mergeLedger([second, ...failures, first]).lookup('a1').state).toBe('passed');
});

test('a failure of one key says nothing of another', () => {
  const ledger = mergeLedger([passOf('a1'), revocationOf('a2', 'r')]);
  expect(ledger.lookup('a1').state).toBe('passed');
  expect(ledger.revocationsOf('a1')).toEqual([]);
});

test('a revocation of every key stands against each until a pass names it', () => {
  const all = revokeEveryKey('all', 'damaged', NOW);
  const ledger = mergeLedger([all, passOf('a1'), passOf('b1', { supersedes: ['all'] })]);
  expect(ledger.lookup('a1').state).toBe('revoked');
  expect(ledger.lookup('b1').state).toBe('passed');
  expect(ledger.revocationsOf('c1')).toEqual(['all']);
  expect(all.key).toBe(EVERY_KEY);
});

test('of several passes the last is shown, unless an earlier one came after a failure', () => {
  const [early, late] = [passOf('a1', { machine: 'early' }), passOf('a1', { machine: 'late' })];
  expect(mergeLedger([early, late]).lookup('a1')).toMatchObject({ pass: { machine: 'late' } });
  const mended = passOf('a1', { machine: 'mended', supersedes: ['r'] });
  expect(mergeLedger([mended, late]).lookup('a1')).toMatchObject({ pass: { machine: 'mended' } });
});

test('the history of a test has all its keys and no other test', () => {
  const ledger = mergeLedger([
    passOf('a1'),
    passOf('b1'),
    revocationOf('a2', 'r'),
    passOf('a3'),
    passOf('a1'),
    revokeEveryKey('all', 'forgotten', NOW),
  ]);
  const { passes, revocations } = ledger.historyOf(testOfKey('a'));
  expect(passes.map(({ key }) => key)).toEqual(['a3', 'a1']);
  expect(revocations.map(({ id }) => id)).toEqual(['r']);
  expect(ledger.latestPassOf(testOfKey('a'))?.key).toBe('a1');
  expect(ledger.latestPassOf(testOfKey('z'))).toBeUndefined();
});

test('its records, merged in any order and any number of times, answer the same', () => {
  const records = [
    passOf('a1', { supersedes: ['r1'] }),
    revocationOf('a1', 'r1'),
    revocationOf('a1', 'r2'),
    passOf('a1', { supersedes: ['r2'] }),
    passOf('b1'),
    revocationOf('b1', 'r3'),
  ];
  for (const list of [records, records.toReversed(), mergeLedger(records).records()]) {
    const ledger = mergeLedger([...list, ...list]);
    expect(ledger.lookup('a1').state).toBe('passed');
    expect(ledger.lookup('b1').state).toBe('revoked');
    expect(ledger.records()).toHaveLength(5);
  }
});
