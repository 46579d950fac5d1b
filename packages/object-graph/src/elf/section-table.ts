import { ByteReader } from '../byte-reader';
import { ObjectGraphError } from '../errors';
import { refuseForeignFormat } from '../object-format';
import * as elf from './constants';

const HEADER_SIZE = 64;
const HEADER_WORDS = HEADER_SIZE / 4;
/** How much of a file must be there to find the section headers. */
export const FILE_HEADER_SIZE = 64;

/**
 * The ELF header and the section headers of a file, in columns: of 100,000
 * sections, most are only counted. Nothing of a section's content is read.
 */
export class SectionTable {
  /** `e_type` and `e_machine` of the file. */
  readonly fileType: number;
  readonly machine: number;
  readonly count: number;
  readonly types: Uint32Array;
  /** The lower half; the upper one has no flag assigned that matters here. */
  readonly flags: Uint32Array;
  readonly offsets: Float64Array;
  readonly sizes: Float64Array;
  readonly infos: Uint32Array;
  /** Index of the section that holds the sections' names. */
  readonly names: number;
  /** The headers, as words. */
  readonly #words: Uint32Array;
  // Not needed to tell what is read of a file.
  #nameOffsets: Uint32Array | undefined;
  #links: Uint32Array | undefined;
  #aligns: Float64Array | undefined;
  #entrySizes: Float64Array | undefined;

  /**
   * @param bytes The file; of it, header and section headers must have been read. Not to be changed while the table is used.
   * @param name Of the file, for messages.
   * @throws {ObjectGraphError} `BITCODE`, `NOT_ELF`, `UNSUPPORTED_OBJECT`, `TRUNCATED` or `MALFORMED_OBJECT`.
   */
  constructor(bytes: Uint8Array, name: string) {
    const { start, end, names } = sectionHeaders(bytes, name);
    const reader = new ByteReader(bytes, name);
    reader.range(start, end);
    this.fileType = reader.u16(16);
    this.machine = reader.u16(18);
    this.names = names;
    const count = (end - start) / HEADER_SIZE;
    this.count = count;
    this.#words = wordsOf(bytes, start, end);
    this.types = this.#column(1);
    this.flags = this.#column(2);
    this.offsets = this.#longColumn(6);
    this.sizes = this.#longColumn(8);
    this.infos = this.#column(11);
  }

  get nameOffsets(): Uint32Array {
    return (this.#nameOffsets ??= this.#column(0));
  }

  get links(): Uint32Array {
    return (this.#links ??= this.#column(10));
  }

  get aligns(): Float64Array {
    return (this.#aligns ??= this.#longColumn(12));
  }

  get entrySizes(): Float64Array {
    return (this.#entrySizes ??= this.#longColumn(14));
  }

  /** @param word Its place in a header, in words. */
  #column(word: number): Uint32Array {
    const words = this.#words;
    const column = new Uint32Array(this.count);
    for (let index = 0, at = word; index < column.length; index++, at += HEADER_WORDS)
      column[index] = words[at]!;
    return column;
  }

  #longColumn(word: number): Float64Array {
    const words = this.#words;
    const column = new Float64Array(this.count);
    for (let index = 0, at = word; index < column.length; index++, at += HEADER_WORDS)
      column[index] = words[at + 1]! * 0x1_0000_0000 + words[at]!;
    return column;
  }

  /**
   * Whether a section's content counts for what a link does: loaded sections,
   * their relocations, and the tables that name things. Debug sections are not
   * among them. Of a linked file only the dynamic linker's tables are.
   */
  isRead(index: number): boolean {
    const type = this.types[index]!;
    if (this.fileType !== elf.ET_REL) return DYNAMIC_TYPES.has(type);
    switch (type) {
      case elf.SHT_SYMTAB:
      case elf.SHT_STRTAB:
      case elf.SHT_SYMTAB_SHNDX:
      case elf.SHT_GROUP:
        return true;
      case elf.SHT_RELA:
        return this.isLoaded(this.infos[index]!);
      default:
        return this.isLoaded(index);
    }
  }

  /** Whether a section is part of the running program. */
  isLoaded(index: number): boolean {
    return index < this.count && (this.flags[index]! & elf.SHF_ALLOC) !== 0;
  }
}

/** Of a linked file, what tells how it and shared libraries know each other. */
const DYNAMIC_TYPES: ReadonlySet<number> = new Set([
  elf.SHT_DYNSYM,
  elf.SHT_STRTAB,
  elf.SHT_SYMTAB_SHNDX,
  elf.SHT_DYNAMIC,
  elf.SHT_GNU_VERSYM,
  elf.SHT_GNU_VERNEED,
]);

/** Bytes as words, little-endian as typed arrays are on every platform of Node.js here; a view where that is possible. */
function wordsOf(bytes: Uint8Array, start: number, end: number): Uint32Array {
  const part = bytes.subarray(start, end);
  const { buffer, byteOffset, byteLength } =
    part.byteOffset % Uint32Array.BYTES_PER_ELEMENT === 0 ? part : new Uint8Array(part);
  return new Uint32Array(buffer, byteOffset, byteLength / Uint32Array.BYTES_PER_ELEMENT);
}

/** Where the section headers of a file lie, told by its header. */
export function sectionHeaders(
  bytes: Uint8Array,
  name: string,
): { readonly start: number; readonly end: number; readonly names: number } {
  const reader = new ByteReader(bytes, name);
  refuseForeignFormat(bytes, name);
  if (bytes.length < FILE_HEADER_SIZE) {
    throw new ObjectGraphError(
      'TRUNCATED',
      `${name}: an ELF header takes ${FILE_HEADER_SIZE} bytes, of which it has ${bytes.length}`,
    );
  }
  const start = reader.u64(40);
  const entrySize = reader.u16(58);
  // Without a table nothing can be told of a file that is linked (gABI, chapter 4, "Introduction").
  if (start === 0 || entrySize !== HEADER_SIZE) {
    throw new ObjectGraphError(
      'MALFORMED_OBJECT',
      `${name}: section headers of ${entrySize} bytes at ${start}, expected 64`,
    );
  }
  // Counts that do not fit into 16 bits stand in the first section header.
  const short = reader.u16(60);
  const count = short === 0 ? reader.u64(start + 32) : short;
  if (count === 0) throw new ObjectGraphError('MALFORMED_OBJECT', `${name}: no section headers`);
  const names = reader.u16(62);
  const end = start + count * HEADER_SIZE;
  reader.range(start, end);
  return {
    start,
    end,
    names: names === elf.SHN_XINDEX ? reader.u32(start + 40) : names,
  };
}
