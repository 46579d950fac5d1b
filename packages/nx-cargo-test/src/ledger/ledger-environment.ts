import { randomBytes } from 'node:crypto';
import { LEDGER_LIMITS, type LedgerLimits } from './bound-records';
import { isAlive } from '../process/is-alive';
import { openLedgerFiles, type LedgerFiles } from './ledger-files';

/** What the ledger's storage reaches the outside by. */
export interface LedgerEnvironment {
  readonly files: LedgerFiles;
  readonly limits: LedgerLimits;
  /** Id of this process, in the names of its temporary files. */
  readonly pid: number;
  /** Whether a process may still be writing its temporary files. */
  isAlive(pid: number): boolean;
  /** 16 hexadecimal characters that no other call in any process returns. */
  newId(): string;
  /** The present moment, ISO 8601. */
  now(): string;
}

/** The environment of a real process. */
export function ledgerEnvironment(folder: string): LedgerEnvironment {
  return {
    files: openLedgerFiles(folder),
    limits: LEDGER_LIMITS,
    pid: process.pid,
    isAlive,
    newId: () => randomBytes(8).toString('hex'),
    now: () => new Date().toISOString(),
  };
}
