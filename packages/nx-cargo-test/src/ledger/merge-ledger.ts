import {
  EVERY_KEY,
  type LedgerRecord,
  type LedgerTest,
  type PassRecord,
  type RevocationRecord,
} from './ledger-record';

/** What the ledger knows about a key. */
export type LedgerLookup =
  /** It passed, and no revocation stands against that. */
  | { readonly state: 'passed'; readonly pass: PassRecord }
  /** It must not be reused: these revocations stand. */
  | { readonly state: 'revoked'; readonly revocations: readonly RevocationRecord[] }
  /** No record is about it. */
  | { readonly state: 'unknown' };

/** What is known about a test by name, whatever the key; oldest first as far as the ledger can tell. */
export interface TestHistory {
  /** At most one for each key. */
  readonly passes: readonly PassRecord[];
  readonly revocations: readonly RevocationRecord[];
}

/** All records that were read, merged. */
export interface Ledger {
  lookup(key: string): LedgerLookup;
  /**
   * Ids of all revocations that apply to a key. A run of the whole module that
   * began with this ledger and passed names them in `supersedes`.
   */
  revocationsOf(key: string): string[];
  /** Ids of the revocations that apply to every key, which `revocationsOf` gives too. */
  revocationsOfEveryKey(): string[];
  /** The last pass of a test under any key, to explain what changed since. */
  latestPassOf(test: LedgerTest): PassRecord | undefined;
  /** Passes and revocations of a test under any key, without those that revoke every key. */
  historyOf(test: LedgerTest): TestHistory;
  /** Passes, one for each key, then revocations: merged again, they make an equal ledger. */
  records(): LedgerRecord[];
}

/**
 * Merges records of any number of processes and machines.
 *
 * A key is reusable if it has a pass, and each revocation that applies to it is
 * named by some pass of that key. Neither time nor order bears on that; order
 * decides only which pass of a key is shown.
 *
 * @param records Older ones first, as far as that is known.
 */
export function mergeLedger(records: Iterable<LedgerRecord>): Ledger {
  const passes = new Map<string, PassRecord>();
  const revocations = new Map<string, RevocationRecord>();
  for (const record of records) {
    if (record.type === 'pass') {
      const joined = joinPasses(passes.get(record.key), record);
      passes.delete(record.key);
      passes.set(record.key, joined);
    } else {
      const identity = `${record.key}\0${record.id}`;
      if (!revocations.has(identity)) revocations.set(identity, record);
    }
  }

  const byKey = groupBy(revocations.values(), ({ key }) => key);
  const everyKey = byKey.get(EVERY_KEY) ?? [];
  const applicable = (key: string): RevocationRecord[] => [...(byKey.get(key) ?? []), ...everyKey];

  const lookup = (key: string): LedgerLookup => {
    const pass = passes.get(key);
    if (pass === undefined) {
      return byKey.has(key)
        ? { state: 'revoked', revocations: applicable(key) }
        : { state: 'unknown' };
    }
    const superseded = new Set(pass.supersedes);
    const standing = applicable(key).filter(({ id }) => !superseded.has(id));
    if (standing.length > 0) return { state: 'revoked', revocations: standing };
    return { state: 'passed', pass };
  };

  let histories: ReturnType<typeof indexTests> | undefined;
  const historyOf = (test: LedgerTest): TestHistory => {
    histories ??= indexTests(passes.values(), revocations.values());
    const id = testIdentity(test);
    return {
      passes: histories.passes.get(id) ?? [],
      revocations: histories.revocations.get(id) ?? [],
    };
  };

  return {
    lookup,
    revocationsOf: (key) => [...new Set(applicable(key).map(({ id }) => id))],
    revocationsOfEveryKey: () => everyKey.map(({ id }) => id),
    latestPassOf: (test) => historyOf(test).passes.at(-1),
    historyOf,
    records: () => [...passes.values(), ...revocations.values()],
  };
}

/** One text for each test, different from any other test's. */
export function testIdentity(test: LedgerTest): string {
  return [test.cargoWorkspace, test.package, test.binary, test.name].join('\0');
}

/**
 * Two passes of one key as one, which supersedes what either does. What is told
 * of it (when, where) is of the later one, unless the earlier superseded more:
 * then that one is known to have come after a failure.
 */
function joinPasses(earlier: PassRecord | undefined, later: PassRecord): PassRecord {
  if (earlier === undefined) return later;
  const supersedes = [...new Set([...earlier.supersedes, ...later.supersedes])];
  const shown = earlier.supersedes.length > later.supersedes.length ? earlier : later;
  return { ...shown, supersedes };
}

function indexTests(
  passes: Iterable<PassRecord>,
  revocations: Iterable<RevocationRecord>,
): { passes: Map<string, PassRecord[]>; revocations: Map<string, RevocationRecord[]> } {
  return {
    passes: groupBy(passes, ({ test }) => testIdentity(test)),
    revocations: groupBy(revocations, ({ test }) => testIdentity(test)),
  };
}

function groupBy<T>(values: Iterable<T>, keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
