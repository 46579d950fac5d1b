import { formatLedgerFile, type RecordsOfKind } from './ledger-file';
import { recordsFileName, temporaryFileName, type FileKind } from './ledger-file-name';
import { isGone, type LedgerFiles } from './ledger-files';
import type { LedgerEnvironment } from './ledger-environment';

/** How often a temporary file may vanish: a process that cannot see this one may take it for a leftover. */
const TRIES = 3;

/**
 * Writes a new file of records. It is there in whole, and survives a power
 * failure, when the promise resolves with its name.
 *
 * The file never changes afterwards: whoever has read it may remove it once its
 * records are safe in another one.
 *
 * @throws What the system says if the file could not be written; then the
 *   temporary file is removed if that is possible.
 */
export async function writeRecordsFile<K extends FileKind>(
  { files, newId, pid }: LedgerEnvironment,
  kind: K,
  records: readonly RecordsOfKind[K][],
  merged = false,
): Promise<string> {
  const name = recordsFileName(kind, newId(), merged);
  const temporary = temporaryFileName(name, pid);
  const text = formatLedgerFile(kind, records);
  for (let attempt = 1; ; attempt++) {
    try {
      await files.write(temporary, text);
      await files.sync(temporary);
      await files.rename(temporary, name);
      await files.syncFolder();
      return name;
    } catch (error) {
      await removeQuietly(files, temporary);
      if (!isGone(error) || attempt === TRIES) throw error;
    }
  }
}

/** Removes a file that nobody needs; whether it is gone. */
export async function removeQuietly(files: LedgerFiles, name: string): Promise<boolean> {
  try {
    await files.remove(name);
    return true;
  } catch {
    return false;
  }
}
