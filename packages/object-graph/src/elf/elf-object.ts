import { ByteReader } from '../byte-reader';
import { ObjectGraphError } from '../errors';
import * as elf from './constants';

/** Section index of a symbol that no section holds. */
export const UNDEFINED = -1;
export const ABSOLUTE = -2;
export const COMMON = -3;

/** One section header, as the format stores it. */
export interface Section {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
}

/** One symbol; `section` is an index, or UNDEFINED, ABSOLUTE or COMMON. */
export interface ElfSymbol {
  readonly type: number;
  readonly binding: number;
  readonly section: number;
  readonly value: number;
  readonly size: number;
}

/** One relocation with an explicit addend (Elf64_Rela). */
export interface Relocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: number;
  readonly addend: number;
}

type SymbolTableType = typeof elf.SHT_SYMTAB | typeof elf.SHT_DYNSYM;

interface SymbolTable {
  readonly count: number;
  readonly offset: number;
  readonly firstGlobal: number;
  readonly names: number;
  readonly namesEnd: number;
}

const SYMBOL_SIZE = 24;

/**
 * An ELF-64 little-endian file, read on demand: section headers at once,
 * symbols and relocations when asked. Section indices above 0xff00 that come
 * from SHT_SYMTAB_SHNDX are ordinary ones (gABI, chapter 4, "Symbol Table").
 */
export class ElfObject {
  readonly name: string;
  readonly machine: number;
  readonly type: number;
  readonly sectionCount: number;
  readonly #reader: ByteReader;
  readonly #sectionTable: number;
  readonly #sectionEntrySize: number;
  readonly #sections: (Section | undefined)[];
  readonly #sectionNames: { offset: number; end: number };
  readonly #symbolTables = new Map<SymbolTableType, SymbolTable | undefined>();
  #extendedIndices: number | undefined;
  #relocationSections: Map<number, number> | undefined;

  /**
   * @param name Of the file, for messages.
   * @throws {ObjectGraphError} `BITCODE`, `NOT_ELF` or `UNSUPPORTED_OBJECT`.
   */
  constructor(bytes: Uint8Array, name: string) {
    const reader = new ByteReader(bytes, name);
    if (isBitcode(bytes))
      throw new ObjectGraphError('BITCODE', `${name} holds LLVM bitcode, no machine code`);
    if (bytes.length < 64 || reader.u32(0) !== 0x464c457f) {
      throw new ObjectGraphError('NOT_ELF', `${name} is not an ELF file`);
    }
    if (reader.u8(4) !== 2 || reader.u8(5) !== 1) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${name} is not a 64-bit little-endian ELF file`,
      );
    }
    this.name = name;
    this.#reader = reader;
    this.type = reader.u16(16);
    this.machine = reader.u16(18);
    this.#sectionTable = reader.u64(40);
    this.#sectionEntrySize = reader.u16(58);
    if (this.#sectionTable !== 0 && this.#sectionEntrySize < 64) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${name}: section headers of ${this.#sectionEntrySize} bytes, expected 64`,
      );
    }
    let count = reader.u16(60);
    let namesIndex = reader.u16(62);
    // Counts that do not fit into 16 bits stand in the first section header.
    if (this.#sectionTable !== 0 && count === 0) count = reader.u64(this.#sectionTable + 32);
    if (namesIndex === elf.SHN_XINDEX) namesIndex = reader.u32(this.#sectionTable + 40);
    this.sectionCount = this.#sectionTable === 0 ? 0 : count;
    this.#sections = new Array<Section | undefined>(this.sectionCount);
    if (this.sectionCount === 0) {
      this.#sectionNames = { offset: 0, end: 0 };
    } else {
      const header = this.#header(namesIndex);
      const offset = reader.u64(header + 24);
      this.#sectionNames = { offset, end: offset + reader.u64(header + 32) };
    }
  }

  section(index: number): Section {
    const known = this.#sections[index];
    if (known !== undefined) return known;
    const reader = this.#reader;
    const at = this.#header(index);
    const section: Section = {
      type: reader.u32(at + 4),
      // The flags that matter here lie in the lower half; the upper one has none assigned.
      flags: reader.u32(at + 8),
      offset: reader.u64(at + 24),
      size: reader.u64(at + 32),
      link: reader.u32(at + 40),
      info: reader.u32(at + 44),
      align: reader.u64(at + 48),
      entrySize: reader.u64(at + 56),
    };
    this.#sections[index] = section;
    return section;
  }

  /** The name of a section; apart from the rest, as most names are never asked for. */
  sectionName(index: number): string {
    return this.#reader.text(
      this.#sectionNames.offset + this.#reader.u32(this.#header(index)),
      this.#sectionNames.end,
    );
  }

  sectionType(index: number): number {
    return this.#reader.u32(this.#header(index) + 4);
  }

  /** The section's bytes; empty for SHT_NOBITS. */
  content(index: number): Uint8Array {
    const section = this.section(index);
    if (section.type === elf.SHT_NOBITS) return new Uint8Array(0);
    if ((section.flags & elf.SHF_COMPRESSED) !== 0) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${this.name}: section ${this.sectionName(index)} is compressed`,
      );
    }
    return this.#reader.range(section.offset, section.offset + section.size);
  }

  sectionSize(index: number): number {
    return this.#reader.u64(this.#header(index) + 32);
  }

  /** Whether a section's name is or begins with a text, told without decoding the name. */
  sectionNameStartsWith(index: number, prefix: string): boolean {
    const at = this.#sectionNames.offset + this.#reader.u32(this.#header(index));
    for (let character = 0; character < prefix.length; character++) {
      if (this.#reader.u8(at + character) !== prefix.charCodeAt(character)) return false;
    }
    return true;
  }

  /** Number of symbols in the table of type `tableType`. Default: SHT_SYMTAB. */
  symbolCount(tableType: SymbolTableType = elf.SHT_SYMTAB): number {
    return this.#symbolTable(tableType)?.count ?? 0;
  }

  symbol(index: number, tableType: SymbolTableType = elf.SHT_SYMTAB): ElfSymbol {
    return this.#readSymbol(this.#symbolTableWith(index, tableType), index);
  }

  /** The section of a symbol, or UNDEFINED, ABSOLUTE or COMMON. */
  symbolSection(index: number): number {
    const table = this.#symbolTableWith(index, elf.SHT_SYMTAB);
    return this.#symbolSectionIndex(
      this.#reader.u16(table.offset + index * SYMBOL_SIZE + 6),
      index,
    );
  }

  /** The type of a symbol (`STT_…`). */
  symbolType(index: number): number {
    const table = this.#symbolTableWith(index, elf.SHT_SYMTAB);
    return this.#reader.u8(table.offset + index * SYMBOL_SIZE + 4) & 15;
  }

  /** The name of a symbol; apart from the rest, as most symbols' names are never asked for. */
  symbolName(index: number, tableType: SymbolTableType = elf.SHT_SYMTAB): string {
    const table = this.#symbolTableWith(index, tableType);
    return this.#reader.text(
      table.names + this.#reader.u32(table.offset + index * SYMBOL_SIZE),
      table.namesEnd,
    );
  }

  /** Whether a symbol has no name, or one that assemblers keep to themselves (`.L…`). */
  hasAssemblerName(index: number): boolean {
    const table = this.#symbolTableWith(index, elf.SHT_SYMTAB);
    const name = table.names + this.#reader.u32(table.offset + index * SYMBOL_SIZE);
    const first = this.#reader.u8(name);
    return first === 0 || (first === 0x2e && this.#reader.u8(name + 1) === 0x4c);
  }

  /** Index of the first symbol that is not local; those before it are. */
  firstGlobalSymbol(): number {
    return this.#symbolTable(elf.SHT_SYMTAB)?.firstGlobal ?? 0;
  }

  /** The relocations of a section in the order of their offsets. */
  relocations(index: number): Relocation[] {
    this.#relocationSections ??= this.#findRelocationSections();
    const holder = this.#relocationSections.get(index);
    if (holder === undefined) return [];
    const section = this.section(holder);
    const reader = this.#reader;
    const result: Relocation[] = [];
    let sorted = true;
    if (section.size % 24 !== 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${this.name}: ${section.size} bytes of relocations`,
      );
    }
    for (let at = section.offset; at < section.offset + section.size; at += 24) {
      const relocation = {
        offset: reader.u64(at),
        type: reader.u32(at + 8),
        symbol: reader.u32(at + 12),
        addend: reader.i64(at + 16),
      };
      const previous = result.at(-1);
      if (previous !== undefined && previous.offset > relocation.offset) sorted = false;
      result.push(relocation);
    }
    // Stable: several relocations at one offset keep their order, which has meaning.
    return sorted ? result : result.sort((a, b) => a.offset - b.offset);
  }

  #header(index: number): number {
    if (!(index >= 0 && index < this.sectionCount) && index !== 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${this.name}: section ${index} of ${this.sectionCount}`,
      );
    }
    return this.#sectionTable + index * this.#sectionEntrySize;
  }

  #symbolTableWith(index: number, type: SymbolTableType): SymbolTable {
    const table = this.#symbolTable(type);
    if (table === undefined || !(index < table.count)) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${this.name}: symbol ${index} of ${table?.count ?? 0}`,
      );
    }
    return table;
  }

  #symbolTable(type: SymbolTableType): SymbolTable | undefined {
    let table = this.#symbolTables.get(type);
    if (table === undefined && !this.#symbolTables.has(type)) {
      table = this.#findSymbolTable(type);
      this.#symbolTables.set(type, table);
    }
    return table;
  }

  #findSymbolTable(type: SymbolTableType): SymbolTable | undefined {
    let found: number | undefined;
    for (let index = 1; index < this.sectionCount; index++) {
      const other = this.sectionType(index);
      if (other === elf.SHT_SYMTAB_SHNDX) this.#extendedIndices = index;
      if (other === type) found ??= index;
    }
    if (found === undefined) return undefined;
    const section = this.section(found);
    const names = this.section(section.link);
    if (section.size % SYMBOL_SIZE !== 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${this.name}: a symbol table of ${section.size} bytes`,
      );
    }
    // Refuses a table beyond the file's end even where none of its symbols is asked for.
    this.#reader.range(section.offset, section.offset + section.size);
    this.#reader.range(names.offset, names.offset + names.size);
    const count = section.size / SYMBOL_SIZE;
    return {
      count,
      offset: section.offset,
      firstGlobal: section.info,
      names: names.offset,
      namesEnd: names.offset + names.size,
    };
  }

  #readSymbol(table: SymbolTable, index: number): ElfSymbol {
    const reader = this.#reader;
    const at = table.offset + index * SYMBOL_SIZE;
    const info = reader.u8(at + 4);
    return {
      type: info & 15,
      binding: info >> 4,
      section: this.#symbolSectionIndex(reader.u16(at + 6), index),
      value: reader.u64(at + 8),
      size: reader.u64(at + 16),
    };
  }

  #symbolSectionIndex(raw: number, symbol: number): number {
    if (raw === elf.SHN_UNDEF) return UNDEFINED;
    if (raw < elf.SHN_LORESERVE) return raw;
    if (raw === elf.SHN_ABS) return ABSOLUTE;
    if (raw === elf.SHN_COMMON) return COMMON;
    if (raw === elf.SHN_XINDEX && this.#extendedIndices !== undefined) {
      return this.#reader.u32(this.section(this.#extendedIndices).offset + symbol * 4);
    }
    throw new ObjectGraphError(
      'UNSUPPORTED_OBJECT',
      `${this.name}: symbol ${symbol} has the reserved section index ${raw}`,
    );
  }

  #findRelocationSections(): Map<number, number> {
    const holders = new Map<number, number>();
    for (let index = 1; index < this.sectionCount; index++) {
      const type = this.sectionType(index);
      if (type === elf.SHT_REL || type === elf.SHT_CREL) {
        throw new ObjectGraphError(
          'UNSUPPORTED_OBJECT',
          `${this.name}: relocations of section type ${type}, expected RELA`,
        );
      }
      if (type !== elf.SHT_RELA) continue;
      const target = this.section(index).info;
      if (holders.has(target)) {
        throw new ObjectGraphError(
          'UNSUPPORTED_OBJECT',
          `${this.name}: section ${target} has two relocation sections`,
        );
      }
      holders.set(target, index);
    }
    return holders;
  }
}

/** Raw bitcode, or bitcode in its wrapper: what linker-plug-in LTO leaves. */
function isBitcode(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const magic = Buffer.from(bytes.buffer, bytes.byteOffset, 4).toString('hex');
  return magic === '4243c0de' || magic === 'dec0170b';
}
