import { boundRecords } from './bound-records';
import type { LedgerEnvironment } from './ledger-environment';
import { snapshotRecords, type LedgerSnapshot } from './ledger-snapshot';
import { mergeLedger } from './merge-ledger';
import { removeQuietly, writeRecordsFile } from './write-records-file';

/**
 * Replaces the files of a snapshot by one with their failures and one with their
 * passes, within the limits. Safe beside readers, writers and other compactions,
 * and when it ends at any moment, because a file is removed only after its records
 * are safe in another one: left-over files say nothing new.
 *
 * A damaged failures file becomes a revocation of every key; a damaged passes file
 * goes without a trace. Files that cannot be read, and foreign ones, stay.
 *
 * @param dropped Keys whose passes are left out.
 * @returns Whether all records gave way to one revocation of every key.
 * @throws What the system says if the new files could not be written; then no file is removed.
 */
export async function compactLedger(
  environment: LedgerEnvironment,
  snapshot: LedgerSnapshot,
  dropped: ReadonlySet<string> = new Set(),
): Promise<boolean> {
  const { files } = environment;
  const at = environment.now();
  const ledger = mergeLedger(snapshotRecords(snapshot, at));
  const bounded = boundRecords(ledger, environment.limits, { id: environment.newId(), at });
  const passes = bounded.passes.filter(({ key }) => !dropped.has(key));

  const written: string[] = [];
  try {
    // Failures first: whatever of this is seen alone must not look better than all of it.
    if (bounded.revocations.length > 0) {
      written.push(await writeRecordsFile(environment, 'failures', bounded.revocations, true));
    }
    if (passes.length > 0) {
      written.push(await writeRecordsFile(environment, 'passes', passes, true));
    }
  } catch (error) {
    for (const name of written) await removeQuietly(files, name);
    throw error;
  }

  for (const { name, content } of snapshot.files) {
    if (!('unreadable' in content)) await removeQuietly(files, name);
  }
  for (const { name, pid } of snapshot.temporaries) {
    // Process ids are few in a container: another process may have had this one's. A file that
    // is still being written is written again.
    const isLeftOver = pid === environment.pid || !environment.isAlive(pid);
    if (isLeftOver) await removeQuietly(files, name);
  }
  return bounded.collapsed;
}
