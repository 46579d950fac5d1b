import * as v from 'valibot';
import { messageOf } from '../errors';
import type { RecordsOfKind } from './ledger-file';
import type { FileKind } from './ledger-file-name';
import type { LedgerEnvironment } from './ledger-environment';
import {
  EVERY_KEY,
  recordSchema,
  type LedgerRecord,
  type PassRecord,
  type RevocationRecord,
} from './ledger-record';
import { listNames, readSnapshot } from './ledger-snapshot';
import { removeQuietly, writeRecordsFile } from './write-records-file';

/** Adds the records of one process to the ledger. */
export interface LedgerWriter {
  /** Takes passes, to be written by the next `flush`. Throws a `TypeError` for what is no record. */
  addPasses(records: readonly PassRecord[]): void;
  /** Takes revocations, to be written by the next `flush`. Throws a `TypeError` for what is no record. */
  revoke(records: readonly RevocationRecord[]): void;
  /**
   * Resolves when all that was taken before is safe on disk. What could not be
   * written is kept for the next call, but for passes of keys that were revoked.
   *
   * @throws {LedgerWriteError}
   */
  flush(): Promise<void>;
}

/** Records could not be written. */
export class LedgerWriteError extends Error {
  /**
   * Keys whose revocation is not written and whose earlier passes are still there:
   * tests that failed may be answered by the ledger. Empty if there are none.
   */
  readonly stillReusable: readonly string[];

  constructor(message: string, stillReusable: readonly string[], cause: unknown) {
    super(message, { cause });
    this.name = 'LedgerWriteError';
    this.stillReusable = stillReusable;
  }
}

/** A file that a writer made, as long as it adds to it. */
interface OwnFile<K extends FileKind> {
  readonly name: string;
  readonly records: readonly RecordsOfKind[K][];
}

/** A writer begins a new file when it has this many records, lest each flush writes them all again. */
const RECORDS_PER_FILE = 1000;

/** How often files with passes of a key may appear while they are removed. */
const REMOVAL_TRIES = 5;

/** Starts the files of one process; nothing is written before the first `flush`. */
export function openLedgerWriter(environment: LedgerEnvironment): LedgerWriter {
  let pendingPasses: PassRecord[] = [];
  let pendingRevocations: RevocationRecord[] = [];
  let passesFile: OwnFile<'passes'> | undefined;
  let failuresFile: OwnFile<'failures'> | undefined;
  let last: Promise<void> = Promise.resolve();

  const writeRevocations = async (): Promise<void> => {
    const revocations = pendingRevocations;
    failuresFile = await extendOwnFile(environment, 'failures', failuresFile, revocations);
    pendingRevocations = pendingRevocations.slice(revocations.length);
  };

  /** What cannot be revoked may be removed: that needs no space, and the loss of passes is safe. */
  const revokeByRemoval = async (cause: unknown): Promise<void> => {
    const keys = new Set(pendingRevocations.map(({ key }) => key));
    pendingPasses = pendingPasses.filter((pass) => !concerns(keys, pass));
    const stillReusable = await removePassesOf(environment, keys);
    try {
      await writeRevocations();
    } catch {
      const consequence =
        stillReusable.length === 0
          ? 'no earlier pass of these tests is left'
          : 'earlier passes of these tests may be reused although they failed';
      const message = `failures could not be written (${messageOf(cause)}): ${consequence}`;
      throw new LedgerWriteError(message, stillReusable, cause);
    }
  };

  const writeAll = async (): Promise<void> => {
    if (pendingRevocations.length > 0) await writeRevocations().catch(revokeByRemoval);
    if (pendingPasses.length === 0) return;
    const passes = pendingPasses;
    try {
      passesFile = await extendOwnFile(environment, 'passes', passesFile, passes);
    } catch (cause) {
      throw new LedgerWriteError(`passes could not be written: ${messageOf(cause)}`, [], cause);
    }
    pendingPasses = pendingPasses.slice(passes.length);
  };

  return {
    addPasses(records) {
      pendingPasses = pendingPasses.concat(checked(records));
    },
    revoke(records) {
      pendingRevocations = pendingRevocations.concat(checked(records));
    },
    flush() {
      const flushed = last.then(writeAll);
      last = flushed.catch(() => undefined);
      return flushed;
    },
  };
}

/**
 * Writes a file with the records of an earlier one and more, then removes the earlier.
 * If that is gone, its records were merged or forgotten: they are not written again.
 */
async function extendOwnFile<K extends FileKind>(
  environment: LedgerEnvironment,
  kind: K,
  own: OwnFile<K> | undefined,
  added: readonly RecordsOfKind[K][],
): Promise<OwnFile<K> | undefined> {
  const { files } = environment;
  const extended =
    own !== undefined && (await listNames(files)).includes(own.name) ? own : undefined;
  const records = [...(extended?.records ?? []), ...added];
  const name = await writeRecordsFile(environment, kind, records);
  if (extended !== undefined) await removeQuietly(files, extended.name);
  return records.length < RECORDS_PER_FILE ? { name, records } : undefined;
}

/** Removes all files with passes of the keys; returns the keys of which passes may be left. */
async function removePassesOf(
  { files }: LedgerEnvironment,
  keys: ReadonlySet<string>,
): Promise<string[]> {
  for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
    const snapshot = await readSnapshot(files);
    if ('unreadable' in snapshot) break;
    const holders = snapshot.files.filter(
      ({ kind, content }) =>
        kind === 'passes' &&
        ('unreadable' in content ||
          ('records' in content && content.records.some((record) => concerns(keys, record)))),
    );
    if (holders.length === 0) return [];
    for (const { name } of holders) {
      if (!(await removeQuietly(files, name))) return [...keys];
    }
  }
  return [...keys];
}

function concerns(keys: ReadonlySet<string>, { key }: LedgerRecord): boolean {
  return keys.has(key) || keys.has(EVERY_KEY);
}

/** A record that its own schema rejects would make the whole file count as damaged. */
function checked<R extends LedgerRecord>(records: readonly R[]): readonly R[] {
  for (const record of records) {
    if (!v.is(recordSchema, record)) {
      throw new TypeError(`not a record of the ledger: ${JSON.stringify(record)}`);
    }
  }
  return records;
}
