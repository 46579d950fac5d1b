import { messageOf } from '../errors';
import { parseLedgerFile, type ParsedLedgerFile } from './ledger-file';
import { inMergeOrder, parseLedgerFileName, type FileKind } from './ledger-file-name';
import { isGone, type LedgerFiles } from './ledger-files';
import { revokeEveryKey, type LedgerRecord } from './ledger-record';

/** A file of records as it was read. */
export interface SnapshotFile {
  readonly name: string;
  readonly kind: FileKind;
  readonly id: string;
  /** `unreadable` if the system would not let it be read, which may change. */
  readonly content: ParsedLedgerFile | { readonly unreadable: string };
}

/** The ledger's folder at one moment. */
export interface LedgerSnapshot {
  /** In the order of a merge. */
  readonly files: readonly SnapshotFile[];
  readonly temporaries: readonly { readonly name: string; readonly pid: number }[];
  /** Names of files that the ledger did not write. */
  readonly foreign: readonly string[];
}

/** Why the folder could not be read as it was at one moment. */
export interface UnreadableLedger {
  readonly unreadable: string;
}

/** How often the folder may change while it is read. */
const TRIES = 20;

/**
 * Reads the folder beside processes that write and compact. Since a name is never
 * given twice and content never changes, it's enough that the names agree before
 * and after; then all of these files were there at once. What was read once is
 * not read again when the names changed meanwhile.
 *
 * A folder that is not there is an empty ledger.
 */
export async function readSnapshot(files: LedgerFiles): Promise<LedgerSnapshot | UnreadableLedger> {
  const known = new Map<string, SnapshotFile>();
  try {
    let names = await listNames(files);
    for (let tries = 0; tries < TRIES; tries++) {
      const all = await readNewFiles(files, names, known);
      const after = await listNames(files);
      if (all && sameRecordFiles(names, after)) return snapshotOf(after, known);
      names = after;
    }
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
  return { unreadable: `its files changed ${TRIES} times while they were read` };
}

/** Names of all files in the folder, none if there is no folder. */
export async function listNames(files: LedgerFiles): Promise<string[]> {
  try {
    return await files.list();
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/**
 * The records of a snapshot in the order of a merge. A failures file that cannot
 * be read may have held any failure: it is a revocation of every key.
 *
 * @param at The present moment, ISO 8601, for revocations that are made here.
 */
export function snapshotRecords(snapshot: LedgerSnapshot, at: string): LedgerRecord[] {
  return snapshot.files.flatMap(({ name, kind, id, content }): readonly LedgerRecord[] => {
    if ('records' in content) return content.records;
    if (kind === 'passes') return [];
    return [revokeEveryKey(`damaged-${id}`, `${name}, which held failures, was damaged`, at)];
  });
}

/** Which files are damaged and what follows from that, a sentence each, for the user. */
export function describeDamage({ files }: LedgerSnapshot): string[] {
  return files.flatMap(({ name, kind, content }): string[] => {
    if ('records' in content) return [];
    const why = 'damaged' in content ? content.damaged : content.unreadable;
    const consequence =
      kind === 'passes'
        ? 'its passes are ignored'
        : 'it may have held any failure, so that no pass counts until its whole module ran again';
    return [`${name} is damaged (${why}): ${consequence}`];
  });
}

/** Whether all files could be read: none was gone. */
async function readNewFiles(
  files: LedgerFiles,
  names: readonly string[],
  known: Map<string, SnapshotFile>,
): Promise<boolean> {
  for (const name of names) {
    const parsed = parseLedgerFileName(name);
    if (parsed.type !== 'records' || known.has(name)) continue;
    const { kind, id } = parsed;
    try {
      const content = parseLedgerFile(await files.read(name), kind);
      known.set(name, { name, kind, id, content });
    } catch (error) {
      if (isGone(error)) return false;
      const unreadable = messageOf(error);
      known.set(name, { name, kind, id, content: { unreadable } });
    }
  }
  return true;
}

function sameRecordFiles(before: readonly string[], after: readonly string[]): boolean {
  const recordFiles = (names: readonly string[]): string =>
    inMergeOrder(names.filter((name) => parseLedgerFileName(name).type === 'records')).join('\n');
  return recordFiles(before) === recordFiles(after);
}

function snapshotOf(
  names: readonly string[],
  known: ReadonlyMap<string, SnapshotFile>,
): LedgerSnapshot {
  const temporaries: { name: string; pid: number }[] = [];
  const foreign: string[] = [];
  for (const name of inMergeOrder(names)) {
    const parsed = parseLedgerFileName(name);
    if (parsed.type === 'temporary') temporaries.push({ name, pid: parsed.pid });
    else if (parsed.type === 'foreign') foreign.push(name);
  }
  const files = inMergeOrder(names).flatMap((name) => known.get(name) ?? []);
  return { files, temporaries, foreign };
}
