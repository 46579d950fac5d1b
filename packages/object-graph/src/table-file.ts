import { decodeColumns, encodeColumns } from './column-file';
import type { Column, ColumnKind } from './column-file';
import type { FileTable, MemberTable, ObjectTable } from './object-table';

/** Version of the layout below and of what tables say; tables of another one are not read. */
export const TABLE_VERSION = 4;

const MAGIC = `nx-cargo-test table ${TABLE_VERSION}\n`;

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
} as const satisfies Partial<Record<keyof ObjectTable, ColumnKind>>;

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

/** Writes a file's table as bytes. */
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
  const columns = table.members.flatMap(({ table: own }): Column[] =>
    own === undefined ? [] : COLUMN_NAMES.map((column) => own[column]),
  );
  if (table.index !== undefined) columns.push(table.index);
  return encodeColumns(MAGIC, outline, columns);
}

/** Reads what {@link encodeFileTable} wrote; `undefined` for anything else, and for damaged bytes. */
export function decodeFileTable(bytes: Uint8Array): FileTable | undefined {
  const file = decodeColumns(MAGIC, bytes);
  if (file === undefined) return undefined;
  const outline = file.outline as Outline;
  const members = outline.members.map(({ name, error, table }): MemberTable => {
    if (table === undefined) return { name, error, table: undefined };
    const { lengths, ...rest } = table;
    const columns = Object.fromEntries(
      COLUMN_NAMES.map((column, index) => [column, file.take(COLUMNS[column], lengths[index]!)]),
    ) as unknown as Pick<ObjectTable, keyof typeof COLUMNS>;
    return { name, error, table: { ...rest, ...columns } };
  });
  const index =
    outline.indexLength === undefined ? undefined : file.take('int32', outline.indexLength);
  return { members, index, missing: outline.missing };
}
