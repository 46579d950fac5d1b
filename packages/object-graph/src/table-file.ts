import { createHash } from 'node:crypto';
import type { FileTable, MemberTable, ObjectTable } from './object-table';

/** Version of the layout below and of what tables say; tables of another one are not read. */
export const TABLE_VERSION = 3;

const MAGIC = `nx-cargo-test table ${TABLE_VERSION}\n`;
const DIGEST_SIZE = 32;
const HEADER_SIZE = 8 * Math.ceil((MAGIC.length + DIGEST_SIZE + 4) / 8);
const ALIGNMENT = 8;

type Column = 'int32' | 'float64';

/** The columns of a table, in the order in which they are written. */
const COLUMNS = {
  pieceDigests: 'int32',
  pieceFlags: 'int32',
  pieceNames: 'int32',
  pieceSections: 'int32',
  pieceSizes: 'float64',
  firstReferences: 'int32',
  references: 'int32',
  handoffs: 'int32',
  externals: 'int32',
  definitions: 'float64',
  groups: 'int32',
  descriptors: 'int32',
  unnamed: 'int32',
  collected: 'int32',
  entries: 'int32',
  names: 'int32',
  firstNameWords: 'int32',
  nameHashes: 'int32',
} as const satisfies Partial<Record<keyof ObjectTable, Column>>;

const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

interface Outline {
  readonly members: readonly {
    readonly name: string;
    readonly error?: MemberTable['error'];
    readonly table?: Pick<ObjectTable, 'machine' | 'isSlim' | 'errors'> & {
      /** Number of items of each column. */
      readonly lengths: readonly number[];
    };
  }[];
  readonly indexLength: number | undefined;
  readonly missing: FileTable['missing'];
}

/**
 * Writes a file's table as bytes: magic, digest of all that follows, length of
 * an outline in JSON, the outline, and the columns, each aligned to 8 bytes.
 */
export function encodeFileTable(table: FileTable): Uint8Array {
  const outline: Outline = {
    members: table.members.map(({ name, error, table: own }) => ({
      name,
      ...(error === undefined ? {} : { error }),
      ...(own === undefined
        ? {}
        : {
            table: {
              machine: own.machine,
              isSlim: own.isSlim,
              errors: own.errors,
              lengths: COLUMN_NAMES.map((column) => own[column].length),
            },
          }),
    })),
    indexLength: table.index?.length,
    missing: table.missing,
  };
  const text = Buffer.from(JSON.stringify(outline));
  const columns = table.members.flatMap(({ table: own }) =>
    own === undefined ? [] : COLUMN_NAMES.map((column) => own[column]),
  );
  if (table.index !== undefined) columns.push(table.index);
  let size = aligned(HEADER_SIZE + text.length);
  for (const column of columns) size += aligned(column.byteLength);
  const bytes = Buffer.alloc(size);
  text.copy(bytes, HEADER_SIZE);
  let at = aligned(HEADER_SIZE + text.length);
  for (const { buffer, byteOffset, byteLength } of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(text.length, HEADER_SIZE - 4);
  digestOf(bytes).copy(bytes, MAGIC.length);
  return bytes;
}

/** Reads what {@link encodeFileTable} wrote; `undefined` for anything else, and for damaged bytes. */
export function decodeFileTable(bytes: Uint8Array): FileTable | undefined {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Columns are views of the bytes, and so need their alignment.
  const all = given.byteOffset % ALIGNMENT === 0 ? given : copyAligned(given);
  if (all.length < HEADER_SIZE || all.toString('latin1', 0, MAGIC.length) !== MAGIC)
    return undefined;
  const written = all.subarray(MAGIC.length, MAGIC.length + DIGEST_SIZE);
  if (!digestOf(all).equals(written)) return undefined;
  const outlineSize = all.readUInt32LE(HEADER_SIZE - 4);
  const outline = JSON.parse(
    all.toString('utf8', HEADER_SIZE, HEADER_SIZE + outlineSize),
  ) as Outline;
  let at = aligned(HEADER_SIZE + outlineSize);
  const take = (column: Column, length: number): Int32Array | Float64Array => {
    const start = all.byteOffset + at;
    const items =
      column === 'int32'
        ? new Int32Array(all.buffer, start, length)
        : new Float64Array(all.buffer, start, length);
    at += aligned(items.byteLength);
    return items;
  };
  const members = outline.members.map(({ name, error, table }): MemberTable => {
    if (table === undefined) return { name, error, table: undefined };
    const { lengths, ...rest } = table;
    const columns = Object.fromEntries(
      COLUMN_NAMES.map((column, index) => [column, take(COLUMNS[column], lengths[index]!)]),
    ) as unknown as Pick<ObjectTable, keyof typeof COLUMNS>;
    return { name, error, table: { ...rest, ...columns } };
  });
  const index = outline.indexLength === undefined ? undefined : take('int32', outline.indexLength);
  return { members, index: index as Int32Array | undefined, missing: outline.missing };
}

function copyAligned(bytes: Buffer): Buffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return Buffer.from(copy.buffer);
}

/** Of all bytes but magic and digest. */
function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256')
    .update(bytes.subarray(MAGIC.length + DIGEST_SIZE))
    .digest();
}

const aligned = (size: number): number => ALIGNMENT * Math.ceil(size / ALIGNMENT);
