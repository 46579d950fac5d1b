import { ObjectGraphError } from './errors';

/**
 * Reads little-endian fields at absolute offsets of a byte range, and refuses
 * any read beyond its end. 64-bit fields are returned as numbers: offsets and
 * sizes of real files stay below 2^53, and a larger value is an error.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** For fields whose range was checked as a whole. */
  readonly view: DataView;
  readonly #buffer: Buffer;

  /** @param name Of the file, for messages. */
  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes;
    this.name = name;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.byteLength;
  }

  u8(offset: number): number {
    this.#check(offset, 1);
    return this.view.getUint8(offset);
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.view.getUint16(offset, true);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.view.getUint32(offset, true);
  }

  /** Big-endian, as in the symbol index of a System V archive. */
  u32be(offset: number): number {
    this.#check(offset, 4);
    return this.view.getUint32(offset, false);
  }

  u64(offset: number): number {
    this.#check(offset, 8);
    const value =
      this.view.getUint32(offset + 4, true) * 0x1_0000_0000 + this.view.getUint32(offset, true);
    if (!Number.isSafeInteger(value)) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${this.name}: the 64-bit field at ${offset} exceeds 2^53`,
      );
    }
    return value;
  }

  u64be(offset: number): number {
    this.#check(offset, 8);
    const value =
      this.view.getUint32(offset, false) * 0x1_0000_0000 + this.view.getUint32(offset + 4, false);
    if (!Number.isSafeInteger(value)) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${this.name}: the 64-bit field at ${offset} exceeds 2^53`,
      );
    }
    return value;
  }

  /** A signed 64-bit field, such as an addend. */
  i64(offset: number): number {
    this.#check(offset, 8);
    const value =
      this.view.getInt32(offset + 4, true) * 0x1_0000_0000 + this.view.getUint32(offset, true);
    if (!Number.isSafeInteger(value)) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${this.name}: the signed 64-bit field at ${offset} exceeds 2^53`,
      );
    }
    return value;
  }

  /** The bytes `[start, end)`, without a copy. */
  range(start: number, end: number): Uint8Array {
    this.checkRange(start, end);
    return this.bytes.subarray(start, end);
  }

  /** Refuses a range that is not within the bytes. */
  checkRange(start: number, end: number): void {
    this.#check(start, end - start);
  }

  /** The text from an offset to a zero, as Latin-1; to the end without one. */
  textAt(offset: number): string {
    this.#check(offset, 0);
    const end = this.#buffer.indexOf(0, offset);
    return this.#buffer.toString('latin1', offset, end < 0 ? undefined : end);
  }

  #check(offset: number, size: number): void {
    if (!(offset >= 0) || !(size >= 0) || offset + size > this.bytes.byteLength) {
      throw new ObjectGraphError(
        'TRUNCATED',
        `${this.name}: a read of ${size} bytes at ${offset} exceeds its ${this.bytes.byteLength} bytes`,
      );
    }
  }
}

/** Decodes bytes `[start, end)` as Latin-1, which maps each byte to one character and loses nothing. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
