import type { ByteReader } from '../byte-reader';
import { ObjectGraphError } from '../errors';
import * as elf from './constants';
import type { Section } from './elf-object';
import type { StringTable } from './string-table';

/** Section index of a symbol that no section holds. */
export const UNDEFINED = -1;
export const ABSOLUTE = -2;
export const COMMON = -3;

/** One symbol; `section` is an index, or UNDEFINED, ABSOLUTE or COMMON. */
export interface ElfSymbol {
  readonly type: number;
  readonly binding: number;
  readonly section: number;
  readonly value: number;
  readonly size: number;
}

/** What a table of symbols is read from. */
export interface SymbolTableSource {
  readonly reader: ByteReader;
  readonly section: Section;
  readonly names: StringTable;
  /** SHT_SYMTAB_SHNDX of this table, if the object has it. */
  readonly extended: Section | undefined;
  /** Of the object. */
  readonly sectionCount: number;
}

const ENTRY_SIZE = 24;
const BINDINGS: ReadonlySet<number> = new Set([
  elf.STB_LOCAL,
  elf.STB_GLOBAL,
  elf.STB_WEAK,
  elf.STB_GNU_UNIQUE,
]);

/**
 * A table of symbols, read on demand. Section indices above 0xff00 that come
 * from SHT_SYMTAB_SHNDX are ordinary ones (gABI, chapter 4, "Symbol Table").
 */
export class SymbolTable {
  readonly count: number;
  /** Index of the first symbol that is not local; those before it are. */
  readonly firstGlobal: number;
  readonly #reader: ByteReader;
  readonly #start: number;
  readonly #names: StringTable;
  readonly #extended: Section | undefined;
  readonly #sectionCount: number;

  /** @throws {ObjectGraphError} `MALFORMED_OBJECT` when the tables contradict themselves or each other. */
  constructor({ reader, section, names, extended, sectionCount }: SymbolTableSource) {
    this.#reader = reader;
    this.#start = section.offset;
    this.#names = names;
    this.#extended = extended;
    this.#sectionCount = sectionCount;
    this.count = section.size / ENTRY_SIZE;
    this.firstGlobal = section.info;
    if (section.entrySize !== ENTRY_SIZE || section.size % ENTRY_SIZE !== 0)
      throw this.#malformed(
        `a symbol table of ${section.size} bytes with entries of ${section.entrySize}`,
      );
    if (this.firstGlobal > this.count)
      throw this.#malformed(`${this.firstGlobal} local symbols of ${this.count}`);
    if (extended !== undefined && extended.size !== this.count * 4)
      throw this.#malformed(`${extended.size} bytes of section indices for ${this.count} symbols`);
  }

  /**
   * Refuses a table in which a global symbol stands among the local ones, where
   * nobody would look for it, or the other way round.
   */
  checkBindings(): void {
    for (let index = 1; index < this.count; index++) {
      const binding = this.#reader.u8(this.#start + index * ENTRY_SIZE + 4) >> 4;
      if ((binding === elf.STB_LOCAL) !== index < this.firstGlobal)
        throw this.#malformed(
          `symbol ${index} has the binding ${binding}, and the first global one is ${this.firstGlobal}`,
        );
    }
  }

  symbol(index: number): ElfSymbol {
    const reader = this.#reader;
    const at = this.#at(index);
    const info = reader.u8(at + 4);
    if (!BINDINGS.has(info >> 4)) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${reader.name}: symbol ${index} has the binding ${info >> 4}`,
      );
    }
    return {
      type: info & 15,
      binding: info >> 4,
      section: this.#sectionIndex(reader.u16(at + 6), index),
      value: reader.u64(at + 8),
      size: reader.u64(at + 16),
    };
  }

  /** The section of a symbol, or UNDEFINED, ABSOLUTE or COMMON. */
  section(index: number): number {
    return this.#sectionIndex(this.#reader.u16(this.#at(index) + 6), index);
  }

  /** The type of a symbol (`STT_…`). */
  type(index: number): number {
    return this.#reader.u8(this.#at(index) + 4) & 15;
  }

  name(index: number): string {
    return this.#names.text(this.#reader.u32(this.#at(index)));
  }

  /** Whether a symbol's name is or begins with a text; a `\0` in the text is the name's end. */
  nameStartsWith(index: number, prefix: string): boolean {
    return this.#names.startsWith(this.#reader.u32(this.#at(index)), prefix);
  }

  #at(index: number): number {
    if (!(index < this.count)) throw this.#malformed(`symbol ${index} of ${this.count}`);
    return this.#start + index * ENTRY_SIZE;
  }

  #sectionIndex(raw: number, symbol: number): number {
    if (raw === elf.SHN_UNDEF) return UNDEFINED;
    if (raw === elf.SHN_ABS) return ABSOLUTE;
    if (raw === elf.SHN_COMMON) return COMMON;
    let section = raw;
    if (raw === elf.SHN_XINDEX && this.#extended !== undefined) {
      section = this.#reader.u32(this.#extended.offset + symbol * 4);
    } else if (raw >= elf.SHN_LORESERVE) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${this.#reader.name}: symbol ${symbol} has the reserved section index ${raw}`,
      );
    }
    if (section === 0 || section >= this.#sectionCount)
      throw this.#malformed(
        `symbol ${symbol} stands in section ${section} of ${this.#sectionCount}`,
      );
    return section;
  }

  #malformed(problem: string): ObjectGraphError {
    return new ObjectGraphError('MALFORMED_OBJECT', `${this.#reader.name}: ${problem}`);
  }
}
