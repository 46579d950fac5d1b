import type { ByteReader } from '../byte-reader';
import { ObjectGraphError } from '../errors';
import { findTexts } from '../occurrences';
import type { Occurrences } from '../occurrences';
import * as elf from './constants';
import type { SectionTable } from './section-table';
import type { StringTable } from './string-table';

/** Section index of a symbol that no section holds. */
export const UNDEFINED = -1;
export const ABSOLUTE = -2;
export const COMMON = -3;

/** What a table of symbols is read from. */
export interface SymbolTableSource {
  readonly reader: ByteReader;
  readonly sections: SectionTable;
  /** Section of the table. */
  readonly index: number;
  readonly names: StringTable;
  /** Section of its SHT_SYMTAB_SHNDX, if the object has it. */
  readonly extended: number | undefined;
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
  readonly #view: DataView;
  readonly #start: number;
  readonly #names: StringTable;
  /** Where the extended section indices begin; -1 without them. */
  readonly #extended: number;
  readonly #sectionCount: number;

  /** @throws {ObjectGraphError} `MALFORMED_OBJECT` when the tables contradict themselves or each other. */
  constructor({ reader, sections, index, names, extended }: SymbolTableSource) {
    const size = sections.sizes[index]!;
    this.#reader = reader;
    this.#view = reader.view;
    this.#start = sections.offsets[index]!;
    this.#names = names;
    this.#extended = extended === undefined ? -1 : sections.offsets[extended]!;
    this.#sectionCount = sections.count;
    this.count = size / ENTRY_SIZE;
    this.firstGlobal = sections.infos[index]!;
    if (sections.entrySizes[index] !== ENTRY_SIZE || size % ENTRY_SIZE !== 0)
      throw this.#malformed(
        `a symbol table of ${size} bytes with entries of ${sections.entrySizes[index]!}`,
      );
    reader.range(this.#start, this.#start + size);
    if (this.firstGlobal > this.count)
      throw this.#malformed(`${this.firstGlobal} local symbols of ${this.count}`);
    if (extended !== undefined && sections.sizes[extended] !== this.count * 4)
      throw this.#malformed(
        `${sections.sizes[extended]!} bytes of section indices for ${this.count} symbols`,
      );
  }

  /**
   * Refuses a table in which a global symbol stands among the local ones, where
   * nobody would look for it, or the other way round.
   */
  checkBindings(): void {
    for (let index = 1; index < this.count; index++) {
      const binding = this.#info(index) >> 4;
      if ((binding === elf.STB_LOCAL) !== index < this.firstGlobal)
        throw this.#malformed(
          `symbol ${index} has the binding ${binding}, and the first global one is ${this.firstGlobal}`,
        );
    }
  }

  /** The section of a symbol, or UNDEFINED, ABSOLUTE or COMMON. */
  section(index: number): number {
    const raw = this.#view.getUint16(this.#at(index) + 6, true);
    return raw > 0 && raw < elf.SHN_LORESERVE && raw < this.#sectionCount
      ? raw
      : this.#unusualSection(raw, index);
  }

  /** The type of a symbol (`STT_…`). */
  type(index: number): number {
    return this.#info(index) & 15;
  }

  /** The binding of a symbol (`STB_…`). @throws {ObjectGraphError} `UNSUPPORTED_OBJECT` for one that no linker knows. */
  binding(index: number): number {
    const binding = this.#info(index) >> 4;
    if (!BINDINGS.has(binding)) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${this.#reader.name}: symbol ${index} has the binding ${binding}`,
      );
    }
    return binding;
  }

  value(index: number): number {
    return this.#reader.u64(this.#at(index) + 8);
  }

  size(index: number): number {
    return this.#reader.u64(this.#at(index) + 16);
  }

  name(index: number): string {
    return this.#names.text(this.nameOffset(index));
  }

  /** Where the bytes of a symbol's name begin in the file. */
  nameStart(index: number): number {
    return this.#names.start(this.nameOffset(index));
  }

  /** Where the bytes of a symbol's name end in the file. */
  nameEnd(index: number): number {
    return this.#names.end(this.nameOffset(index));
  }

  /** The file. */
  get bytes(): Uint8Array {
    return this.#reader.bytes;
  }

  /** Tells which symbols have one of some texts in their names. */
  namesWith(texts: readonly string[]): NamesWith {
    return new NamesWith(this, findTexts(this.bytes, [this.#names.range], texts));
  }

  /** Where a symbol's name stands in the table of names. */
  nameOffset(index: number): number {
    return this.#view.getUint32(this.#at(index), true);
  }

  /** Whether a symbol's name is or begins with a text; a `\0` in the text is the name's end. */
  nameStartsWith(index: number, prefix: string): boolean {
    return this.#names.startsWith(this.nameOffset(index), prefix);
  }

  /** Whether a symbol has no name, or one that assemblers keep to themselves (`.L…`). */
  hasAssemblerName(index: number): boolean {
    return this.nameStartsWith(index, '\0') || this.nameStartsWith(index, '.L');
  }

  #info(index: number): number {
    return this.#view.getUint8(this.#at(index) + 4);
  }

  #at(index: number): number {
    if (!(index < this.count)) throw this.#malformed(`symbol ${index} of ${this.count}`);
    return this.#start + index * ENTRY_SIZE;
  }

  #unusualSection(raw: number, symbol: number): number {
    if (raw === elf.SHN_UNDEF) return UNDEFINED;
    if (raw === elf.SHN_ABS) return ABSOLUTE;
    if (raw === elf.SHN_COMMON) return COMMON;
    let section = raw;
    if (raw === elf.SHN_XINDEX && this.#extended >= 0) {
      section = this.#reader.u32(this.#extended + symbol * 4);
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

/** The symbols of a table that have one of some texts in their names, told without decoding names. */
export class NamesWith {
  readonly #symbols: SymbolTable;
  readonly #occurrences: Occurrences;

  constructor(symbols: SymbolTable, occurrences: Occurrences) {
    this.#symbols = symbols;
    this.#occurrences = occurrences;
  }

  has(symbol: number): boolean {
    if (this.#occurrences.areNone) return false;
    return this.#occurrences.areIn(this.#symbols.nameStart(symbol), this.#symbols.nameEnd(symbol));
  }
}
