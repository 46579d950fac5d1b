import { createColors, isColorSupported } from 'picocolors';
import { EVERY_KEY, type RevocationRecord } from '../ledger/ledger-record';
import { describeCommit } from '../report/describe-commit';
import { entryAsJson } from './entry-json';
import { ofPackage } from './find-tests';
import type { LedgerCommand } from './ledger-commands';
import { countTests, ledgerEntries, tellingRecord, type LedgerEntry } from './ledger-entries';
import { countOf } from '../count-of';
import { alignColumns, formatMoment, formatSeconds, plainText } from './plain-text';
import { readLedger } from './read-ledger';

/** Which entries to list, and how. */
export interface ListOptions {
  /** Cargo package name. */
  readonly package?: string;
  /** Part of the test's name. */
  readonly test?: string;
  readonly json?: boolean;
}

/** `ledger ls`: a line for each test and key, and a summary. */
export async function listEntries(
  { store, stdout, stderr }: LedgerCommand,
  options: ListOptions,
): Promise<void> {
  const all = ledgerEntries(await readLedger(store, stderr));
  const entries = ofPackage(all, options.package).filter(({ test }) =>
    test.name.includes(options.test ?? ''),
  );
  if (options.json) {
    stdout.write(`${JSON.stringify(entries.map(entryAsJson), null, 2)}\n`);
    return;
  }
  const { green, yellow } = createColors(isColorSupported && stdout.isTTY === true);
  const isAmbiguous = ambiguousPackages(all);
  const rows = entries.map((entry) => {
    const { state } = entry;
    const cells = cellsOf(entry, isAmbiguous(entry.test.package));
    return [state === 'reusable' ? green(state) : yellow(state), ...cells.map(plainText)];
  });
  const lines = [...alignColumns(rows), summaryOf(entries, all), ...notesOn(entries)];
  stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function cellsOf(entry: LedgerEntry, withFolder: boolean): string[] {
  const { test, pass } = entry;
  const { at, machine, ...commit } = tellingRecord(entry);
  return [
    withFolder ? `${test.package} (${test.cargoWorkspace})` : test.package,
    test.binary,
    test.name,
    describeCommit(commit),
    formatMoment(at),
    formatSeconds(pass?.seconds),
    machine,
  ];
}

/** Tells whether packages of several Cargo workspaces share a name. */
function ambiguousPackages(entries: readonly LedgerEntry[]): (name: string) => boolean {
  const workspaces = new Map<string, Set<string>>();
  for (const { test } of entries) {
    const known = workspaces.get(test.package);
    if (known === undefined) workspaces.set(test.package, new Set([test.cargoWorkspace]));
    else known.add(test.cargoWorkspace);
  }
  return (name) => (workspaces.get(name)?.size ?? 0) > 1;
}

function summaryOf(entries: readonly LedgerEntry[], all: readonly LedgerEntry[]): string {
  if (entries.length === 0) {
    return all.length === 0 ? 'The ledger knows no test.' : 'The ledger knows no such test.';
  }
  const reusable = entries.filter(({ state }) => state === 'reusable').length;
  const tests = countOf(countTests(entries), 'test');
  return `${countOf(entries.length, 'entry')} of ${tests}: ${reusable} reusable, ${entries.length - reusable} revoked`;
}

/** What revokes entries without being about one of them. */
function notesOn(entries: readonly LedgerEntry[]): string[] {
  const numbers = new Map<RevocationRecord, number>();
  for (const revocation of entries.flatMap(({ standing }) => standing)) {
    if (revocation.key !== EVERY_KEY) continue;
    numbers.set(revocation, (numbers.get(revocation) ?? 0) + 1);
  }
  return [...numbers].map(([{ why, at }, number]) => {
    const what = `${countOf(number, 'entry')} revoked until the whole module passes again`;
    return `note: ${what}: ${plainText(why)}, ${formatMoment(at)}`;
  });
}
