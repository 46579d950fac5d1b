import { formatLedgerFile, parseLedgerFile } from './ledger-file';
import { passOf, revocationOf } from './test-support/sample-records';

const PASSES = [
  passOf('a1', { seconds: 0.25, commit: 'c'.repeat(40), supersedes: ['r'] }),
  passOf('b1', { machine: 'größe\n\u{1f980}\ud800' }),
];

test('what is written is read again', () => {
  expect(parseLedgerFile(formatLedgerFile('passes', PASSES), 'passes')).toEqual({
    records: PASSES,
  });
  const failures = [revocationOf('a1', 'r')];
  expect(parseLedgerFile(formatLedgerFile('failures', failures), 'failures')).toEqual({
    records: failures,
  });
  expect(parseLedgerFile(formatLedgerFile('passes', []), 'passes')).toEqual({ records: [] });
});

test('a file with any bit flipped, or cut off anywhere, gives no record', () => {
  const bytes = Buffer.from(formatLedgerFile('passes', PASSES));
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at] = flipped[at]! ^ (1 << (at % 8));
    for (const damaged of [flipped, bytes.subarray(0, at)]) {
      expect(parseLedgerFile(damaged.toString(), 'passes')).toHaveProperty('damaged');
    }
  }
});

test('a file with more at its end gives no record', () => {
  const text = formatLedgerFile('passes', PASSES);
  for (const more of [' ', '\n', JSON.stringify(PASSES[0]), `${JSON.stringify(PASSES[0])}\n`]) {
    expect(parseLedgerFile(text + more, 'passes')).toHaveProperty('damaged');
  }
});

test('a file of the other kind gives no record', () => {
  expect(parseLedgerFile(formatLedgerFile('passes', []), 'failures')).toHaveProperty('damaged');
});

test('a file with a sound checksum and something else than records gives none', () => {
  for (const record of [
    { ...PASSES[0], key: '*' },
    { ...PASSES[0], more: 1 },
    revocationOf('a', 'r'),
  ]) {
    const text = formatLedgerFile('passes', [record as (typeof PASSES)[0]]);
    expect(parseLedgerFile(text, 'passes')).toEqual({ damaged: 'line 2 is no pass record' });
  }
});
