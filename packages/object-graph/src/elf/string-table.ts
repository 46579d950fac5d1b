import type { ByteReader } from '../byte-reader';
import { ObjectGraphError } from '../errors';

/**
 * A table of names, each ending in a zero (gABI, chapter 4, "String Table"). A
 * name is meant by its offset, also by one into the middle of another.
 */
export class StringTable {
  readonly #reader: ByteReader;
  readonly #start: number;
  readonly #size: number;

  /** @throws {ObjectGraphError} `TRUNCATED` or `MALFORMED_OBJECT` for a table beyond the file's end, or without a zero at its own. */
  constructor(reader: ByteReader, start: number, size: number) {
    const content = reader.range(start, start + size);
    if (size > 0 && content[size - 1] !== 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${reader.name}: the string table at ${start} does not end in a zero`,
      );
    }
    this.#reader = reader;
    this.#start = start;
    this.#size = size;
  }

  /** The name at an offset, as Latin-1 text: names are compared byte by byte. */
  text(offset: number): string {
    const at = this.#at(offset);
    return at < 0 ? '' : this.#reader.textAt(at);
  }

  /** Where the name at an offset stands in the file: its bytes `[start, end)`, without its zero. */
  start(offset: number): number {
    return Math.max(0, this.#at(offset));
  }

  /** See {@link start}. */
  end(offset: number): number {
    const at = this.#at(offset);
    return at < 0 ? 0 : this.#reader.bytes.indexOf(0, at);
  }

  /** Where the table stands in the file: `[start, end)`. */
  get range(): readonly [number, number] {
    return [this.#start, this.#start + this.#size];
  }

  /** Whether a name is or begins with a text, told without decoding it; a `\0` in the text is the name's end. */
  startsWith(offset: number, prefix: string): boolean {
    const at = this.#at(offset);
    if (at < 0) return prefix === '' || prefix === '\0';
    for (let index = 0; index < prefix.length; index++) {
      // The table's last zero ends every comparison within the table.
      const byte = this.#reader.bytes[at + index]!;
      if (byte !== prefix.charCodeAt(index)) return false;
      if (byte === 0) return index === prefix.length - 1;
    }
    return true;
  }

  /** Where a name stands in the file; -1 for the empty name of an empty table. */
  #at(offset: number): number {
    if (offset < this.#size) return this.#start + offset;
    if (offset === 0) return -1;
    throw new ObjectGraphError(
      'MALFORMED_OBJECT',
      `${this.#reader.name}: a name at ${offset} of a string table of ${this.#size} bytes`,
    );
  }
}
