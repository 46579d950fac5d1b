import { hash } from 'node:crypto';

const DIGEST_SIZE = 32;
const ALIGNMENT = 8;

/** A column of numbers. */
export type Column = Int32Array | Float64Array | Uint8Array;

/** Makers of columns by the names that outlines use. */
const KINDS = { int32: Int32Array, float64: Float64Array, uint8: Uint8Array } as const;
export type ColumnKind = keyof typeof KINDS;

/** What {@link decodeColumns} found. */
export interface ColumnFile {
  readonly outline: unknown;
  /** The next column, a view of the bytes. */
  take<K extends ColumnKind>(kind: K, length: number): InstanceType<(typeof KINDS)[K]>;
}

/**
 * Writes numbers as bytes: a magic text, a digest of all that follows, length of
 * an outline in JSON, the outline, and the columns, each aligned to 8 bytes.
 *
 * @param magic Latin-1 text that tells what it is, and the version of its layout.
 */
export function encodeColumns(
  magic: string,
  outline: unknown,
  columns: readonly Column[],
): Uint8Array {
  const text = Buffer.from(JSON.stringify(outline));
  const header = headerSize(magic);
  let size = aligned(header + text.length);
  for (const column of columns) size += aligned(column.byteLength);
  const bytes = Buffer.alloc(size);
  text.copy(bytes, header);
  let at = aligned(header + text.length);
  for (const { buffer, byteOffset, byteLength } of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(text.length, header - 4);
  digestOf(bytes, magic).copy(bytes, magic.length);
  return bytes;
}

/** Reads what {@link encodeColumns} wrote; `undefined` for anything else, and for damaged bytes. */
export function decodeColumns(magic: string, bytes: Uint8Array): ColumnFile | undefined {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Columns are views of the bytes, and so need their alignment.
  const all = given.byteOffset % ALIGNMENT === 0 ? given : copyAligned(given);
  const header = headerSize(magic);
  if (all.length < header || all.toString('latin1', 0, magic.length) !== magic) return undefined;
  const written = all.subarray(magic.length, magic.length + DIGEST_SIZE);
  if (!digestOf(all, magic).equals(written)) return undefined;
  const outlineSize = all.readUInt32LE(header - 4);
  const outline: unknown = JSON.parse(all.toString('utf8', header, header + outlineSize));
  let at = aligned(header + outlineSize);
  return {
    outline,
    take: <K extends ColumnKind>(kind: K, length: number) => {
      const column = new KINDS[kind](all.buffer as ArrayBuffer, all.byteOffset + at, length);
      at += aligned(column.byteLength);
      return column as InstanceType<(typeof KINDS)[K]>;
    },
  };
}

function copyAligned(bytes: Buffer): Buffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return Buffer.from(copy.buffer);
}

/** Of all bytes but magic and digest. */
function digestOf(bytes: Buffer, magic: string): Buffer {
  return hash('sha256', bytes.subarray(magic.length + DIGEST_SIZE), 'buffer');
}

const headerSize = (magic: string): number => aligned(magic.length + DIGEST_SIZE + 4);
const aligned = (size: number): number => ALIGNMENT * Math.ceil(size / ALIGNMENT);
