import { randomBytes } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CargoTestError, messageOf } from '../errors';
import { EVERY_KEY, type LedgerRecord } from '../ledger/ledger-record';
import type { Ledger } from '../ledger/merge-ledger';
import { formatExport, parseExport } from './export-file';
import type { LedgerCommand } from './ledger-commands';
import { countOf } from '../count-of';
import { orUnusable, readLedger } from './read-ledger';

/**
 * `ledger export`: writes all records into one file, whole or not at all.
 *
 * @throws {CargoTestError} `INVALID_FILE` if the file cannot be written.
 */
export async function exportLedger(
  { store, cwd, stdout, stderr }: LedgerCommand,
  file: string,
): Promise<void> {
  const records = recordsForOthers(await readLedger(store, stderr));
  try {
    await writeWhole(resolve(cwd, file), formatExport(records));
  } catch (cause) {
    throw invalidFile(file, `cannot be written: ${messageOf(cause)}`, cause);
  }
  stdout.write(`Exported ${describe(records)} to ${file}.\n`);
}

/**
 * `ledger import`: adds the records of an exported ledger. Those that are known
 * already change nothing.
 *
 * @throws {CargoTestError} `INVALID_FILE` if the file cannot be read or is
 * damaged; nothing is imported then.
 */
export async function importLedger(
  { store, cwd, stdout, stderr }: LedgerCommand,
  file: string,
): Promise<void> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (cause) {
    throw invalidFile(file, `cannot be read: ${messageOf(cause)}`, cause);
  }
  const parsed = parseExport(text);
  if ('damaged' in parsed) {
    throw invalidFile(file, `is no sound export, nothing was imported: ${parsed.damaged}`);
  }
  const news = newRecords(parsed.records, await readLedger(store, stderr));
  if (news.length > 0) await orUnusable(() => store.importRecords(news));
  const known = parsed.records.length - news.length;
  const rest = known === 0 ? '' : `; ${countOf(known, 'record')} known already`;
  stdout.write(`Imported ${describe(news)} from ${file}${rest}.\n`);
}

/**
 * All but what revokes every key here, which is about this ledger's passes alone:
 * those that nothing else outlaws stay here instead.
 */
function recordsForOthers(ledger: Ledger): LedgerRecord[] {
  return ledger.records().filter((record) => {
    if (record.type === 'revocation') return record.key !== EVERY_KEY;
    const known = ledger.lookup(record.key);
    return known.state !== 'revoked' || known.revocations.some(({ key }) => key !== EVERY_KEY);
  });
}

/** Replaces or makes a file. A device or pipe, such as /dev/stdout, is written to as it is. */
async function writeWhole(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const present = await stat(target).catch(() => undefined);
  if (present !== undefined && !present.isFile()) return writeFile(target, text);
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx', flush: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Records that would change a ledger. */
function newRecords(records: readonly LedgerRecord[], ledger: Ledger): LedgerRecord[] {
  const superseded = new Map<string, ReadonlySet<string>>();
  const revocations = new Set<string>();
  for (const record of ledger.records()) {
    if (record.type === 'pass') superseded.set(record.key, new Set(record.supersedes));
    else revocations.add(identityOf(record));
  }
  return records.filter((record) => {
    if (record.type === 'revocation') return !revocations.has(identityOf(record));
    const known = superseded.get(record.key);
    return known === undefined || record.supersedes.some((id) => !known.has(id));
  });
}

function identityOf({ key, id }: LedgerRecord & { type: 'revocation' }): string {
  return `${key}\0${id}`;
}

function describe(records: readonly LedgerRecord[]): string {
  const passes = records.filter(({ type }) => type === 'pass').length;
  return `${passes === 1 ? '1 pass' : `${passes} passes`} and ${countOf(records.length - passes, 'revocation')}`;
}

function invalidFile(file: string, what: string, cause?: unknown): CargoTestError {
  return new CargoTestError('INVALID_FILE', `${file} ${what}`, { cause });
}
