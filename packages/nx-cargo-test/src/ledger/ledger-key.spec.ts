import { codePart, describeDifference, ledgerKey, optionsPart } from './ledger-key';
import type { KeyParts, LedgerTest } from './ledger-record';

const test1: LedgerTest = { cargoWorkspace: '.', package: 'p', binary: 'lib:p', name: 'a::b' };
const parts: KeyParts = { code: 'c', inputs: 'i', machine: 'm', options: 'o' };

test('every part and every name makes another key', () => {
  const others = [
    ledgerKey({ ...test1, cargoWorkspace: 'x' }, parts),
    ledgerKey({ ...test1, package: 'x' }, parts),
    ledgerKey({ ...test1, binary: 'test:p' }, parts),
    ledgerKey({ ...test1, name: 'a' }, parts),
    ledgerKey(test1, { ...parts, code: 'x' }),
    ledgerKey(test1, { ...parts, inputs: 'x' }),
    ledgerKey(test1, { ...parts, machine: 'x' }),
    ledgerKey(test1, { ...parts, options: 'x' }),
    ledgerKey(test1, parts),
  ];
  expect(new Set(others).size).toBe(others.length);
  expect(ledgerKey({ ...test1 }, { ...parts })).toBe(ledgerKey(test1, parts));
});

test('time limit and threads count, and an unset number of threads is like none given', () => {
  const usual = optionsPart({ killAfterSeconds: 300 });
  expect(optionsPart({ killAfterSeconds: 300 })).toBe(usual);
  expect(optionsPart({ killAfterSeconds: 30 })).not.toBe(usual);
  expect(optionsPart({ killAfterSeconds: 300, threads: 1 })).not.toBe(usual);
});

test('passes of modules that may share processes are apart from others', () => {
  const usual = optionsPart({ killAfterSeconds: 300 });
  expect(optionsPart({ killAfterSeconds: 300, packed: false })).toBe(usual);
  expect(optionsPart({ killAfterSeconds: 300, packed: true })).not.toBe(usual);
});

test('the code part holds the fingerprint', () => {
  expect(codePart('code-1-aa')).not.toBe(codePart('code-1-ab'));
});

test('says which parts differ', () => {
  expect(describeDifference(parts, { ...parts, code: 'x' })).toBe('its code changed');
  expect(describeDifference(parts, { ...parts, machine: 'x', options: 'y' })).toBe(
    'the machine or environment and an option or argument changed',
  );
});

test('tells sources that a test has compiled from its own code', () => {
  const code = (own: string, sources: string) => ({
    ...parts,
    code: codePart(`${own}-compiles-${sources}`),
  });
  expect(describeDifference(code('code-1-a', '0a'), code('code-1-a', '0b'))).toBe(
    'a source that it may have compiled changed',
  );
  expect(describeDifference(code('code-1-a', '0a'), code('code-1-b', '0b'))).toBe(
    'its code changed',
  );
});
