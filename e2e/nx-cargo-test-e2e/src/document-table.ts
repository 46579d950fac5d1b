import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A command of the document that this plugin replaces, and what takes its place. */
export interface DocumentRow {
  /** As the document has it. */
  readonly document: string;
  /** Arguments of `nx`. */
  readonly nx: string;
  /** How many tests pass on the sample; absent if it runs none. */
  readonly tests?: number;
  /** How many tests are ignored on the sample. Default: none. */
  readonly ignored?: number;
  /** How many benches run. Default: none. */
  readonly benches?: number;
  /** What else its output holds. */
  readonly shows?: string;
}

/** The table, in a file that scripts for other crates and other machines read, too. */
export interface DocumentTable {
  /** The set of test modules that the document calls safe in a guest. */
  readonly set: Readonly<Record<string, readonly string[]>>;
  readonly rows: readonly DocumentRow[];
}

const FILE = resolve(__dirname, '../../../tools/document-table.json');

export const DOCUMENT_TABLE = JSON.parse(readFileSync(FILE, 'utf8')) as DocumentTable;
