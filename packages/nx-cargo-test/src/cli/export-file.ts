import { formatLedgerFile, parseLedgerFile, type ParsedLedgerFile } from '../ledger/ledger-file';
import type { LedgerRecord } from '../ledger/ledger-record';

/**
 * The text of an exported ledger: its failures as one ledger file, followed by
 * its passes as another. Each has a checksum over all of its bytes.
 */
export function formatExport(records: readonly LedgerRecord[]): string {
  const failures = records.filter((record) => record.type === 'revocation');
  const passes = records.filter((record) => record.type === 'pass');
  return formatLedgerFile('failures', failures) + formatLedgerFile('passes', passes);
}

/** Reads an exported ledger: all of its records, or none if a single byte is not as it was written. */
export function parseExport(text: string): ParsedLedgerFile {
  const lines = text.split('\n');
  const count = recordsIn(lines[0] ?? '');
  if (count === undefined) return { damaged: 'it does not begin like an exported ledger' };
  const end = lines.slice(0, count + 1).reduce((length, line) => length + line.length + 1, 0);
  const failures = parseLedgerFile(text.slice(0, end), 'failures');
  if ('damaged' in failures) return { damaged: `in its part with failures, ${failures.damaged}` };
  const passes = parseLedgerFile(text.slice(end), 'passes');
  if ('damaged' in passes) return { damaged: `in its part with passes, ${passes.damaged}` };
  return { records: [...failures.records, ...passes.records] };
}

/** The number of records that the first line announces. */
function recordsIn(header: string): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(header);
  } catch {
    return undefined;
  }
  const count =
    typeof value === 'object' && value !== null && 'records' in value ? value.records : undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
