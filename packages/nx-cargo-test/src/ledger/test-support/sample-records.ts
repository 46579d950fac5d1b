import type { PassRecord, RevocationRecord } from '../ledger-record';

/** A pass of a made-up test; the key says which test it is: `a1` and `a2` are keys of the test `a`. */
export function passOf(key: string, more: Partial<PassRecord> = {}): PassRecord {
  return {
    ...{ type: 'pass', key, ...circumstances(key) },
    parts: { code: key, inputs: 'i', machine: 'm', options: 'o' },
    supersedes: [],
    ...more,
  };
}

/** A failure of a made-up test. */
export function revocationOf(
  key: string,
  id: string,
  more: Partial<RevocationRecord> = {},
): RevocationRecord {
  return { ...{ type: 'revocation', key, ...circumstances(key), id, why: 'failed' }, ...more };
}

/** The made-up test that a key is of. */
export function testOfKey(key: string): PassRecord['test'] {
  return { cargoWorkspace: '.', package: 'p', binary: 'lib:p', name: key.slice(0, 1) };
}

function circumstances(key: string): Pick<PassRecord, 'test' | 'at' | 'localChanges' | 'machine'> {
  return {
    test: testOfKey(key),
    at: '2026-01-02T03:04:05.000Z',
    localChanges: false,
    machine: 'linux 6.1 x86_64, native',
  };
}
