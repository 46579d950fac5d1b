import { createHash, hash } from 'node:crypto';

const DIGEST_SIZE = 32;
const ALIGNMENT = 8;

/** A column of numbers. */
export type Column = Int32Array | Float64Array;

/** Makers of columns by the names that outlines use. */
const KINDS = { int32: Int32Array, float64: Float64Array } as const;
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
  return Buffer.concat(columnParts(magic, outline, columns));
}

/** The same in parts, most of them views of the columns, so that they need no more room. */
export function columnParts(
  magic: string,
  outline: unknown,
  columns: readonly Column[],
): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(outline));
  const header = Buffer.alloc(headerSize(magic));
  header.write(magic, 'latin1');
  header.writeUInt32LE(text.length, header.length - 4);
  const parts: Uint8Array[] = [header];
  const add = (part: Uint8Array): void => {
    parts.push(part, new Uint8Array(aligned(part.length) - part.length));
  };
  add(text);
  for (const { buffer, byteOffset, byteLength } of columns)
    add(new Uint8Array(buffer, byteOffset, byteLength));
  const digest = createHash('sha256').update(header.subarray(magic.length + DIGEST_SIZE));
  for (const part of parts.slice(1)) digest.update(part);
  digest.digest().copy(header, magic.length);
  return parts;
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
