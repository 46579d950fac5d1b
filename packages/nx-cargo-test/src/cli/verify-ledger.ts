import { CargoTestError } from '../errors';
import type { VerifiedFile } from '../ledger/ledger-store';
import { parseLedgerFileName } from '../ledger/ledger-file-name';
import type { LedgerCommand } from './ledger-commands';
import { countOf } from '../count-of';
import { alignColumns, plainText } from './plain-text';
import { orUnusable } from './read-ledger';

/**
 * `ledger verify`: checks every file of the ledger.
 *
 * @throws {CargoTestError} `LEDGER_UNUSABLE` when one is damaged or none of the ledger's.
 */
export async function verifyLedger(
  { store, stdout }: LedgerCommand,
  options: { readonly json?: boolean },
): Promise<void> {
  const files = await orUnusable(() => store.verify());
  if (options.json) stdout.write(`${JSON.stringify(files.map(asJson), null, 2)}\n`);
  else {
    const rows = files.map((file) => [labelOf(file), plainText(file.name), detailOf(file)]);
    for (const line of alignColumns(rows)) stdout.write(`${line}\n`);
    if (files.length === 0) stdout.write('The ledger has no files.\n');
  }
  const bad = files.filter(isBad);
  if (bad.length > 0) {
    throw new CargoTestError(
      'LEDGER_UNUSABLE',
      [
        `${bad.length} of ${countOf(files.length, 'file')} cannot be used:`,
        ...bad.map(adviceOn),
      ].join('\n  '),
    );
  }
}

function isBad({ state }: VerifiedFile): boolean {
  return state === 'damaged' || state === 'foreign';
}

function labelOf(file: VerifiedFile): string {
  if (file.state !== 'temporary') return file.state;
  return file.leftOver ? 'left over' : 'in use';
}

function detailOf(file: VerifiedFile): string {
  switch (file.state) {
    case 'sound':
      return countOf(file.records, 'record');
    case 'damaged':
      return plainText(file.why);
    case 'temporary':
      return file.leftOver ? 'of a process that was killed; harmless' : 'being written';
    case 'foreign':
      return 'not written by the ledger';
  }
}

/** What a bad file means and what mends it. */
function adviceOn(file: VerifiedFile): string {
  const name = plainText(file.name);
  if (file.state === 'foreign') return `${name}: it is ignored. Move it elsewhere or delete it.`;
  return holdsFailures(file.name)
    ? `${name}: it may have held any failure, so no earlier pass counts, and each module runs once more. \`nx-cargo-test ledger forget --all\` removes it with all that is known.`
    : `${name}: its passes are lost, and their tests run once more. Delete it.`;
}

function holdsFailures(name: string): boolean {
  const parsed = parseLedgerFileName(name);
  return parsed.type === 'records' && parsed.kind === 'failures';
}

function asJson(file: VerifiedFile): Record<string, unknown> {
  return isBad(file) ? { ...file, advice: adviceOn(file) } : { ...file };
}
