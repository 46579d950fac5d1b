import type { LedgerAnswer } from '../plan/plan-reuse';
import type { CommitState } from './commit-state';
import { codePart, ledgerKey, optionsPart } from './ledger-key';
import type { KeyParts, LedgerTest, PassRecord, RevocationRecord } from './ledger-record';
import type { Ledger } from './merge-ledger';

/** What the ledger is asked and told about the tests of one leaf. */
export interface LeafLedger {
  answer(test: string): LedgerAnswer;
  /**
   * Remembers that tests passed.
   *
   * @param isFullRun Their whole module ran, so that this outvotes the failures known at the start.
   * @returns When the writer has them; they are on disk after its next flush.
   */
  passed(
    tests: readonly { readonly name: string; readonly seconds?: number }[],
    isFullRun: boolean,
  ): Promise<void>;
  /** Remembers that a test failed or was killed; the returned promise settles when it is on disk. */
  notPassed(test: string, why: string): Promise<void>;
}

/** What all records of a run share. */
export interface LedgerRun {
  /** As it was read when the run began. */
  readonly ledger: Ledger;
  readonly writer: {
    addPasses(records: readonly PassRecord[]): void;
    revoke(records: readonly RevocationRecord[]): void;
    flush(): Promise<unknown>;
  };
  /** As it was when the run began; git may take its time in a large repository. */
  readonly commit: Promise<CommitState>;
  /** The present moment, ISO 8601. */
  now(): string;
  /** A text unlike any other. */
  newId(): string;
}

/** The tests of a leaf and how they run. */
export interface LeafTestsAsRun {
  /** Their names and fingerprints. */
  readonly tests: readonly { readonly name: string; readonly fingerprint: string }[];
  readonly testOf: (name: string) => LedgerTest;
  /** Digest of the declared inputs. */
  readonly inputs: string;
  /** Digest of how and where a test runs. */
  readonly machineOf: (name: string) => string;
  /** The machine in words. */
  readonly machineText: string;
  readonly killAfterSeconds: number;
  readonly threads?: number;
  /** Its tests may share a process with those of other leaves. Default: false. */
  readonly packed?: boolean;
}

/** Asks and tells the ledger about one leaf. */
export function openLeafLedger(run: LedgerRun, leaf: LeafTestsAsRun): LeafLedger {
  const { ledger, writer } = run;
  const options = optionsPart(leaf);
  const fingerprints = new Map(leaf.tests.map(({ name, fingerprint }) => [name, fingerprint]));
  const keyOf = (name: string): { test: LedgerTest; parts: KeyParts; key: string } => {
    const fingerprint = fingerprints.get(name);
    if (fingerprint === undefined) throw new RangeError(`${name} is no test of this leaf`);
    const machine = leaf.machineOf(name);
    const parts = { code: codePart(fingerprint), inputs: leaf.inputs, machine, options };
    const test = leaf.testOf(name);
    return { test, parts, key: ledgerKey(test, parts) };
  };
  const circumstances = async (): Promise<
    Pick<PassRecord, 'at' | 'commit' | 'localChanges' | 'machine'>
  > => {
    const at = run.now();
    return { at, ...(await run.commit), machine: leaf.machineText };
  };
  const everyKey = ledger.revocationsOfEveryKey();
  /**
   * What a revocation of every key outlawed had passed before, so it was answered
   * with a run of the whole module. A key without a pass has nothing of that kind
   * to make up for: its first pass may stand on its own.
   */
  const supersededBy = (key: string, isFullRun: boolean): string[] => {
    if (isFullRun) return ledger.revocationsOf(key);
    return ledger.lookup(key).state === 'unknown' ? everyKey : [];
  };

  return {
    answer(name) {
      const { test, parts, key } = keyOf(name);
      const found = ledger.lookup(key);
      if (found.state !== 'unknown') return found;
      const previous = ledger.latestPassOf(test)?.parts;
      return { state: 'unknown', parts, ...(previous === undefined ? {} : { previous }) };
    },
    async passed(tests, isFullRun) {
      const shared = await circumstances();
      writer.addPasses(
        tests.map(({ name, seconds }): PassRecord => {
          const { test, parts, key } = keyOf(name);
          return {
            ...{ type: 'pass', key, test, ...shared, parts },
            ...(seconds === undefined ? {} : { seconds }),
            supersedes: supersededBy(key, isFullRun),
          };
        }),
      );
    },
    async notPassed(name, why) {
      const { test, key } = keyOf(name);
      const shared = await circumstances();
      writer.revoke([{ type: 'revocation', key, test, ...shared, id: run.newId(), why }]);
      await writer.flush();
    },
  };
}
