import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { FileKind } from './ledger-file-name';
import {
  LEDGER_SCHEMA,
  recordSchema,
  type LedgerRecord,
  type PassRecord,
  type RevocationRecord,
} from './ledger-record';

/** What a file of each kind holds. */
export interface RecordsOfKind {
  passes: PassRecord;
  failures: RevocationRecord;
}

/** A ledger file's content, or why it cannot be trusted at all. */
export type ParsedLedgerFile =
  { readonly records: readonly LedgerRecord[] } | { readonly damaged: string };

/**
 * The text of a ledger file: one line with the format, the version, the number
 * of records and the SHA-256 of the rest, then one record per line.
 */
export function formatLedgerFile<K extends FileKind>(
  kind: K,
  records: readonly RecordsOfKind[K][],
): string {
  const body = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return formatHeader(kind, records.length, body) + body;
}

/** Reads a ledger file: all of its records, or none if a single byte is not as it was written. */
export function parseLedgerFile(text: string, kind: FileKind): ParsedLedgerFile {
  const end = text.indexOf('\n') + 1;
  if (end === 0) return { damaged: text === '' ? 'it is empty' : 'it has no complete first line' };
  const body = text.slice(end);
  const lines = body.split('\n');
  const unfinished = lines.pop();
  if (unfinished !== '') return { damaged: 'its last line is not complete' };
  // Comparing the whole line leaves no byte of it unchecked.
  if (text.slice(0, end) !== formatHeader(kind, lines.length, body)) {
    return { damaged: 'its first line does not fit the rest' };
  }
  const type = kind === 'passes' ? 'pass' : 'revocation';
  const records: LedgerRecord[] = [];
  for (const line of lines) {
    const record = parseRecord(line);
    if (record?.type !== type) {
      return { damaged: `line ${records.length + 2} is no ${type} record` };
    }
    records.push(record);
  }
  return { records };
}

function formatHeader(kind: FileKind, count: number, body: string): string {
  const header = {
    format: `nx-cargo-test ledger ${kind}`,
    version: LEDGER_SCHEMA,
    records: count,
    sha256: createHash('sha256').update(body).digest('hex'),
  };
  return `${JSON.stringify(header)}\n`;
}

function parseRecord(line: string): LedgerRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const result = v.safeParse(recordSchema, value);
  return result.success ? result.output : undefined;
}
