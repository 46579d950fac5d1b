import { describeDifference } from '../ledger/ledger-key';
import { EVERY_KEY, type PassRecord, type RevocationRecord } from '../ledger/ledger-record';
import { describeCommit } from '../report/describe-commit';
import { entryAsJson } from './entry-json';
import { findTests } from './find-tests';
import type { LedgerCommand } from './ledger-commands';
import { ledgerEntries, type LedgerEntry } from './ledger-entries';
import { formatMoment, formatSeconds, plainText } from './plain-text';
import { readLedger } from './read-ledger';

/**
 * `ledger show`: all that is known of the tests with a name.
 *
 * @throws {CargoTestError} `UNKNOWN_TEST`.
 */
export async function showTest(
  { store, stdout, stderr }: LedgerCommand,
  name: string,
  options: { readonly package?: string; readonly json?: boolean },
): Promise<void> {
  const all = ledgerEntries(await readLedger(store, stderr));
  const entries = findTests(all, [name], options.package);
  if (options.json) {
    stdout.write(`${JSON.stringify(entries.map(entryAsJson), null, 2)}\n`);
    return;
  }
  const lines: string[] = [];
  let heading: string | undefined;
  let previous: PassRecord | undefined;
  for (const entry of entries) {
    const own = headingOf(entry);
    if (own !== heading) {
      lines.push(...(heading === undefined ? [] : ['']), own);
      previous = undefined;
    }
    lines.push('', ...describeEntry(entry, previous));
    heading = own;
    previous = entry.pass ?? previous;
  }
  stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function headingOf({ test }: LedgerEntry): string {
  const where = test.cargoWorkspace === '.' ? '' : ` of the Cargo workspace ${test.cargoWorkspace}`;
  return plainText(`${test.name} in ${test.binary} of the package ${test.package}${where}`);
}

function describeEntry(entry: LedgerEntry, previous: PassRecord | undefined): string[] {
  const { key, state, pass, standing, superseded } = entry;
  const facts: [string, string][] = [];
  if (pass !== undefined) {
    const seconds = formatSeconds(pass.seconds);
    facts.push(['passed', `${circumstances(pass)}${seconds === '' ? '' : `, ${seconds}`}`]);
  }
  for (const revocation of standing) facts.push(['revoked', describeRevocation(revocation)]);
  for (const revocation of superseded) {
    facts.push(['superseded', describeRevocation(revocation)]);
  }
  if (pass !== undefined) {
    facts.push(...Object.entries(pass.parts));
    if (previous !== undefined) {
      facts.push([
        'compared',
        `${describeDifference(previous.parts, pass.parts)} since the pass above`,
      ]);
    }
  }
  return [
    `${state}, key ${key}`,
    ...facts.map(([what, text]) => `  ${what.padEnd(12)}${plainText(text)}`),
  ];
}

function describeRevocation(revocation: RevocationRecord): string {
  const { id, key, why, at } = revocation;
  const told = key === EVERY_KEY ? `every test, ${formatMoment(at)}` : circumstances(revocation);
  return `${why}: ${told} (${id})`;
}

function circumstances(record: PassRecord | RevocationRecord): string {
  return `${describeCommit(record)}, ${formatMoment(record.at)}, ${record.machine}`;
}
