import { runProgram } from '../../cargo/run-program';
import { ledgerFolder } from '../../ledger/ledger-folder';
import { openLedgerSession, type LedgerSession } from '../../ledger/ledger-session';
import { openLedgerStore } from '../../ledger/ledger-store';
import { thisMachine } from '../../ledger/machine-identity';
import { outerEnvironment } from '../../process/outer-environment';

/**
 * The ledger of an Nx workspace, on this machine.
 *
 * @param announce Shows a line to the user at once.
 */
export function openLedger(workspaceRoot: string, announce: (line: string) => void): LedgerSession {
  return openLedgerSession({
    workspaceRoot,
    store: openLedgerStore(ledgerFolder(workspaceRoot)),
    machine: thisMachine(),
    run: runProgram,
    environment: outerEnvironment(process.env),
    now: () => new Date().toISOString(),
    announce,
  });
}
