import { CargoTestError, messageOf } from '../errors';
import type { LedgerStore } from '../ledger/ledger-store';
import type { Ledger } from '../ledger/merge-ledger';
import { plainText } from './plain-text';
import type { TextSink } from './run-cli';

/**
 * Reads the ledger and warns of what is wrong with its files.
 *
 * @throws {CargoTestError} `LEDGER_UNUSABLE` when it cannot be read at all.
 */
export async function readLedger(store: LedgerStore, stderr: TextSink): Promise<Ledger> {
  // Reading alone takes an unreadable folder for an empty ledger, which would look like one.
  await orUnusable(() => store.verify());
  const { ledger, problems } = await store.read();
  for (const problem of problems) stderr.write(`warning: ${plainText(problem)}\n`);
  return ledger;
}

/**
 * Runs an operation on the ledger's files.
 *
 * @throws {CargoTestError} `LEDGER_UNUSABLE` with the reason, when it fails.
 */
export async function orUnusable<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw new CargoTestError('LEDGER_UNUSABLE', plainText(messageOf(cause)), { cause });
  }
}
