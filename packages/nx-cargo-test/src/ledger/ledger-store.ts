import { messageOf } from '../errors';
import { compactLedger } from './compact-ledger';
import { ledgerEnvironment, type LedgerEnvironment } from './ledger-environment';
import { parseLedgerFileName } from './ledger-file-name';
import {
  revokeEveryKey,
  type LedgerRecord,
  type PassRecord,
  type RevocationRecord,
} from './ledger-record';
import {
  describeDamage,
  listNames,
  readSnapshot,
  snapshotRecords,
  type LedgerSnapshot,
} from './ledger-snapshot';
import { openLedgerWriter, type LedgerWriter } from './ledger-writer';
import { mergeLedger, type Ledger } from './merge-ledger';
import { removeQuietly } from './write-records-file';

/** The ledger as it was at one moment. */
export interface LedgerReading {
  /** Empty if the folder could not be read. */
  readonly ledger: Ledger;
  /** What is wrong with the folder or with files in it, a sentence each, to be shown to the user. */
  readonly problems: readonly string[];
}

/** The state of a file in the ledger's folder. */
export type VerifiedFile = { readonly name: string } & (
  | { readonly state: 'sound'; readonly records: number }
  | { readonly state: 'damaged'; readonly why: string }
  /** Being written by a process, or left over from one that was killed. */
  | { readonly state: 'temporary'; readonly leftOver: boolean }
  | { readonly state: 'foreign' }
);

/** The ledger's files in one folder, shared by any number of processes. */
export interface LedgerStore {
  /** Reads all files. Never rejects: of what cannot be read, nothing is reusable. */
  read(): Promise<LedgerReading>;
  openWriter(): LedgerWriter;
  /**
   * Merges the files if there are many. Never rejects.
   *
   * @returns What went wrong and which damaged files were replaced, a sentence each, for the user.
   */
  compactIfNeeded(): Promise<readonly string[]>;
  /**
   * Makes passes unusable: their keys are revoked, so that no process and no import
   * brings them back, and the passes are removed.
   *
   * @returns How many passes were forgotten.
   * @throws {LedgerWriteError} if the revocations could not be written, an `Error` if nothing could be read.
   */
  forget(matches: (pass: PassRecord) => boolean): Promise<number>;
  /**
   * Forgets all passes and failures. One revocation of every key stays in their place.
   *
   * @throws {LedgerWriteError} if that could not be written, an `Error` if the folder cannot be read.
   */
  forgetAll(): Promise<void>;
  /**
   * Adds records of another ledger.
   *
   * @throws {LedgerWriteError} if not all of them could be written.
   */
  importRecords(records: readonly LedgerRecord[]): Promise<void>;
  /** The state of every file, sorted by name; throws an `Error` if the folder cannot be read. */
  verify(): Promise<VerifiedFile[]>;
}

/**
 * Opens the ledger in a folder, which is made by the first write.
 *
 * @param overrides Parts of the environment other than the real ones.
 */
export function openLedgerStore(
  folder: string,
  overrides: Partial<LedgerEnvironment> = {},
): LedgerStore {
  const environment: LedgerEnvironment = { ...ledgerEnvironment(folder), ...overrides };
  const { files } = environment;

  const snapshotOrThrow = async (): Promise<LedgerSnapshot> => {
    const snapshot = await readSnapshot(files);
    if ('unreadable' in snapshot) throw new Error(snapshot.unreadable);
    return snapshot;
  };
  const add = async (records: readonly LedgerRecord[]): Promise<void> => {
    const writer = openLedgerWriter(environment);
    writer.revoke(records.filter((record) => record.type === 'revocation'));
    writer.addPasses(records.filter((record) => record.type === 'pass'));
    await writer.flush();
  };

  return {
    async read() {
      const snapshot = await readSnapshot(files);
      if ('unreadable' in snapshot) {
        const problem = `${folder} cannot be read, nothing is reused: ${snapshot.unreadable}`;
        return { ledger: mergeLedger([]), problems: [problem] };
      }
      const ledger = mergeLedger(snapshotRecords(snapshot, environment.now()));
      const foreign = snapshot.foreign.map((name) => `${name} is not of the ledger: ignored`);
      return { ledger, problems: [...describeDamage(snapshot), ...foreign] };
    },
    openWriter: () => openLedgerWriter(environment),
    async compactIfNeeded() {
      try {
        const isRecords = (name: string): boolean => parseLedgerFileName(name).type === 'records';
        const count = (await listNames(files)).filter(isRecords).length;
        if (count <= environment.limits.files) return [];
        const snapshot = await snapshotOrThrow();
        const collapsed = await compactLedger(environment, snapshot);
        const tooMany = 'it held too many failures and starts anew: nothing that passed is reused';
        return [...describeDamage(snapshot), ...(collapsed ? [tooMany] : [])];
      } catch (error) {
        return [`its files could not be merged: ${messageOf(error)}`];
      }
    },
    async forget(matches) {
      const snapshot = await snapshotOrThrow();
      const at = environment.now();
      const passes = mergeLedger(snapshotRecords(snapshot, at))
        .records()
        .filter((record) => record.type === 'pass')
        .filter(matches);
      if (passes.length === 0) return 0;
      await add(passes.map((pass) => forgetPass(pass, environment.newId(), at)));
      const keys = new Set(passes.map(({ key }) => key));
      // Forgotten they are already; a compaction that fails leaves their text behind.
      await snapshotOrThrow()
        .then((present) => compactLedger(environment, present, keys))
        .catch(() => undefined);
      return passes.length;
    },
    async forgetAll() {
      const present = await listNames(files);
      await add([revokeEveryKey(environment.newId(), 'forgotten', environment.now())]);
      // Only what was there before: the new revocation stands for all of that.
      for (const name of present) {
        if (parseLedgerFileName(name).type === 'records') await removeQuietly(files, name);
      }
    },
    importRecords: add,
    async verify() {
      const { files: all, temporaries, foreign } = await snapshotOrThrow();
      const verified = [
        ...all.map(({ name, content }): VerifiedFile => {
          if ('records' in content)
            return { name, state: 'sound', records: content.records.length };
          const why = 'damaged' in content ? content.damaged : content.unreadable;
          return { name, state: 'damaged', why };
        }),
        ...temporaries.map(({ name, pid }): VerifiedFile => {
          return { name, state: 'temporary', leftOver: !environment.isAlive(pid) };
        }),
        ...foreign.map((name): VerifiedFile => ({ name, state: 'foreign' })),
      ];
      return verified.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    },
  };
}

function forgetPass(pass: PassRecord, id: string, at: string): RevocationRecord {
  const { key, test, commit, localChanges, machine } = pass;
  return {
    ...{ type: 'revocation', key, test, at, localChanges, machine, id, why: 'forgotten' },
    ...(commit === undefined ? {} : { commit }),
  };
}
