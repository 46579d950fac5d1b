/** What a ledger file holds. Each has a file of its own: losing passes is harmless, losing failures is not. */
export type FileKind = 'passes' | 'failures';

/** What the name of a file in the ledger's folder says. */
export type LedgerFileName =
  | {
      readonly type: 'records';
      readonly kind: FileKind;
      /** Never given to two files. */
      readonly id: string;
      /** Made of other files, so that its records are older than those of files beside it. */
      readonly merged: boolean;
    }
  /** A file that was being written by a process. */
  | { readonly type: 'temporary'; readonly pid: number }
  | { readonly type: 'foreign' };

const RECORDS = /^(merged-)?([0-9a-f]{16})\.(passes|failures)\.json$/;
const TEMPORARY = /^(?:merged-)?[0-9a-f]{16}\.(?:passes|failures)\.json\.([1-9][0-9]{0,9})\.tmp$/;

/** Tells whose a file is. */
export function parseLedgerFileName(name: string): LedgerFileName {
  const temporary = TEMPORARY.exec(name);
  if (temporary !== null) return { type: 'temporary', pid: Number(temporary[1]) };
  const [, merged, id, kind] = RECORDS.exec(name) ?? [];
  if (id === undefined) return { type: 'foreign' };
  return {
    type: 'records',
    kind: kind === 'failures' ? 'failures' : 'passes',
    id,
    merged: merged !== undefined,
  };
}

/** Name of a file of records. */
export function recordsFileName(kind: FileKind, id: string, merged = false): string {
  return `${merged ? 'merged-' : ''}${id}.${kind}.json`;
}

/** Name of a file while a process writes it. */
export function temporaryFileName(name: string, pid: number): string {
  return `${name}.${pid}.tmp`;
}

/** Sorts names in the order of a merge: merged files, then others, each by name. */
export function inMergeOrder(names: readonly string[]): string[] {
  const rank = (name: string): number => (name.startsWith('merged-') ? 0 : 1);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}
