import type { RevocationRecord } from '../ledger/ledger-record';
import type { LedgerEntry } from './ledger-entries';

/** An entry in the shape that `--json` prints; what is not known is left out. */
export function entryAsJson(entry: LedgerEntry): Record<string, unknown> {
  const { test, key, state, pass, standing, superseded } = entry;
  return {
    state,
    cargoWorkspace: test.cargoWorkspace,
    package: test.package,
    binary: test.binary,
    test: test.name,
    key,
    ...(pass === undefined
      ? {}
      : {
          parts: pass.parts,
          passed: {
            commit: pass.commit,
            localChanges: pass.localChanges,
            at: pass.at,
            seconds: pass.seconds,
            machine: pass.machine,
          },
        }),
    revokedBy: standing.map(revocationAsJson),
    superseded: superseded.map(revocationAsJson),
  };
}

function revocationAsJson(revocation: RevocationRecord): Record<string, unknown> {
  const { id, why, commit, localChanges, at, machine } = revocation;
  return { id, why, commit, localChanges, at, machine };
}
