import { EVERY_KEY, revokeEveryKey, type PassRecord, type RevocationRecord } from './ledger-record';
import { testIdentity, type Ledger } from './merge-ledger';

/** How much the ledger keeps. */
export interface LedgerLimits {
  /** Passes of one test, each of another key. */
  readonly passesPerTest: number;
  readonly passes: number;
  readonly revocations: number;
  /** Revocations of every key, which each pass has to name. */
  readonly revocationsOfEveryKey: number;
  /** Files that are merged into two when there are more. */
  readonly files: number;
}

export const LEDGER_LIMITS: LedgerLimits = {
  passesPerTest: 16,
  passes: 50_000,
  revocations: 20_000,
  revocationsOfEveryKey: 64,
  files: 32,
};

/** What is kept of a ledger. */
export interface BoundedRecords {
  readonly passes: readonly PassRecord[];
  readonly revocations: readonly RevocationRecord[];
  /** All records were over the bound and gave way to one revocation of every key. */
  readonly collapsed: boolean;
}

/**
 * Keeps a ledger within its limits. Of passes the first in the ledger's order
 * go. A revocation never goes alone, because an import may bring back a pass
 * that it outlawed: with too many of them, one that revokes every key stands
 * for all.
 */
export function boundRecords(
  ledger: Ledger,
  limits: LedgerLimits,
  collapsedAs: { readonly id: string; readonly at: string },
): BoundedRecords {
  const passes: PassRecord[] = [];
  const revocations: RevocationRecord[] = [];
  let ofEveryKey = 0;
  for (const record of ledger.records()) {
    if (record.type === 'pass') passes.push(record);
    else {
      revocations.push(record);
      if (record.key === EVERY_KEY) ofEveryKey++;
    }
  }
  if (revocations.length > limits.revocations || ofEveryKey > limits.revocationsOfEveryKey) {
    const why = `${revocations.length} earlier failures were joined into this one`;
    const { id, at } = collapsedAs;
    return { passes: [], revocations: [revokeEveryKey(id, why, at)], collapsed: true };
  }
  return { passes: lastPasses(passes, limits), revocations, collapsed: false };
}

function lastPasses(passes: readonly PassRecord[], limits: LedgerLimits): PassRecord[] {
  const perTest = new Map<string, number>();
  const kept: PassRecord[] = [];
  for (const pass of passes.toReversed()) {
    if (kept.length === limits.passes) break;
    const test = testIdentity(pass.test);
    const count = (perTest.get(test) ?? 0) + 1;
    if (count > limits.passesPerTest) continue;
    perTest.set(test, count);
    kept.push(pass);
  }
  return kept.reverse();
}
