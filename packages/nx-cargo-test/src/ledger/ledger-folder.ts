import { join } from 'node:path';
import { workspaceDataFolder } from '../disk-cache';
import { LEDGER_SCHEMA } from './ledger-record';

/** Absolute folder of an Nx workspace's ledger; `nx reset` deletes it with Nx's other data. */
export function ledgerFolder(workspaceRoot: string): string {
  return join(workspaceDataFolder(workspaceRoot), 'nx-cargo-test', 'ledger', `v${LEDGER_SCHEMA}`);
}
