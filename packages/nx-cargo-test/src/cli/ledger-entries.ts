import {
  EVERY_KEY,
  type LedgerTest,
  type PassRecord,
  type RevocationRecord,
} from '../ledger/ledger-record';
import type { Ledger } from '../ledger/merge-ledger';

/** What the ledger knows of one test under one key. */
export interface LedgerEntry {
  readonly test: LedgerTest;
  readonly key: string;
  readonly state: 'reusable' | 'revoked';
  /** Absent if it never passed under this key. */
  readonly pass?: PassRecord;
  /** Why it is revoked; empty for one that is reusable. */
  readonly standing: readonly RevocationRecord[];
  /** Revocations of this very key that a later run of the whole module superseded. */
  readonly superseded: readonly RevocationRecord[];
}

/** Lists what a ledger knows, test by test and key by key, sorted by package, binary, test and time. */
export function ledgerEntries(ledger: Ledger): LedgerEntry[] {
  const tests = new Map<string, LedgerTest>();
  const passes = new Map<string, PassRecord>();
  const revocations = new Map<string, RevocationRecord[]>();
  for (const record of ledger.records()) {
    const { key } = record;
    // A revocation of every key is about no test of its own.
    if (key === EVERY_KEY) continue;
    tests.set(key, record.test);
    if (record.type === 'pass') passes.set(key, record);
    else {
      const known = revocations.get(key);
      if (known === undefined) revocations.set(key, [record]);
      else known.push(record);
    }
  }
  const entries = [...tests].map(([key, test]): LedgerEntry => {
    const found = ledger.lookup(key);
    const pass = passes.get(key);
    const standing = found.state === 'revoked' ? found.revocations : [];
    return {
      test,
      key,
      state: found.state === 'passed' ? 'reusable' : 'revoked',
      ...(pass === undefined ? {} : { pass }),
      standing,
      superseded: (revocations.get(key) ?? []).filter((one) => !standing.includes(one)),
    };
  });
  return entries
    .map((entry) => ({ entry, order: orderOf(entry) }))
    .sort((a, b) => compareTexts(a.order, b.order))
    .map(({ entry }) => entry);
}

/** The record that tells of an entry's present state: the last failure, or the pass. */
export function tellingRecord({ pass, standing, key }: LedgerEntry): PassRecord | RevocationRecord {
  const own = standing.filter((revocation) => revocation.key === key).at(-1);
  const record = own ?? pass ?? standing.at(-1);
  if (record === undefined) throw new RangeError(`no record is about the key ${key}`);
  return record;
}

/** Number of different tests among entries. */
export function countTests(entries: readonly LedgerEntry[]): number {
  return new Set(entries.map(({ test }) => JSON.stringify(placeOf(test)))).size;
}

function placeOf(test: LedgerTest): string[] {
  return [test.package, test.cargoWorkspace, test.binary, test.name];
}

function orderOf(entry: LedgerEntry): string[] {
  return [...placeOf(entry.test), tellingRecord(entry).at, entry.key];
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const other = b[index] ?? '';
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}
