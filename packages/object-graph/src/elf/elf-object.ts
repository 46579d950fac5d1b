import { ByteReader } from '../byte-reader';
import { ObjectGraphError } from '../errors';
import { refuseForeignFormat } from '../object-format';
import { firstAt } from '../relocation-at';
import * as elf from './constants';
import { StringTable } from './string-table';
import { SymbolTable } from './symbol-table';
import type { ElfSymbol } from './symbol-table';

export { ABSOLUTE, COMMON, UNDEFINED } from './symbol-table';
export type { ElfSymbol } from './symbol-table';

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

/** One relocation with an explicit addend (Elf64_Rela). */
export interface Relocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: number;
  readonly addend: number;
}

type SymbolTableType = typeof elf.SHT_SYMTAB | typeof elf.SHT_DYNSYM;

const HEADER_SIZE = 64;
const RELOCATION_SIZE = 24;

/**
 * An ELF-64 little-endian file, read on demand: the header and the bounds of
 * its tables at once, sections, symbols and relocations when asked. What nobody
 * asks for, such as debug sections, may be anything.
 */
export class ElfObject {
  readonly name: string;
  readonly machine: number;
  readonly type: number;
  readonly sectionCount: number;
  readonly #reader: ByteReader;
  readonly #sectionTable: number;
  readonly #sections: (Section | undefined)[];
  readonly #sectionNames: StringTable;
  readonly #symbolTables = new Map<SymbolTableType, SymbolTable | undefined>();
  #relocationSections: Map<number, number> | undefined;
  #lastRelocations: { readonly index: number; readonly list: readonly Relocation[] } | undefined;

  /**
   * @param name Of the file, for messages.
   * @throws {ObjectGraphError} `BITCODE`, `NOT_ELF`, `UNSUPPORTED_OBJECT`, `TRUNCATED` or `MALFORMED_OBJECT`.
   */
  constructor(bytes: Uint8Array, name: string) {
    const reader = new ByteReader(bytes, name);
    refuseForeignFormat(bytes, name);
    if (bytes.length < HEADER_SIZE) {
      throw new ObjectGraphError(
        'TRUNCATED',
        `${name}: an ELF header takes ${HEADER_SIZE} bytes, of which it has ${bytes.length}`,
      );
    }
    this.name = name;
    this.#reader = reader;
    this.type = reader.u16(16);
    this.machine = reader.u16(18);
    this.#sectionTable = reader.u64(40);
    const entrySize = reader.u16(58);
    // Without a table nothing can be told of a file that is linked (gABI, chapter 4, "Introduction").
    if (this.#sectionTable === 0 || entrySize !== HEADER_SIZE) {
      throw this.#malformed(
        `section headers of ${entrySize} bytes at ${this.#sectionTable}, expected 64`,
      );
    }
    // Counts that do not fit into 16 bits stand in the first section header.
    const count = reader.u16(60);
    this.sectionCount = count === 0 ? reader.u64(this.#sectionTable + 32) : count;
    if (this.sectionCount === 0) throw this.#malformed('no section headers');
    reader.range(this.#sectionTable, this.#sectionTable + this.sectionCount * HEADER_SIZE);
    this.#sections = new Array<Section | undefined>(this.sectionCount);
    let namesIndex = reader.u16(62);
    if (namesIndex === elf.SHN_XINDEX) namesIndex = reader.u32(this.#sectionTable + 40);
    this.#sectionNames = this.#stringTable(namesIndex);
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
    this.#checkSection(index, section);
    this.#sections[index] = section;
    return section;
  }

  /** The name of a section; apart from the rest, as most names are never asked for. */
  sectionName(index: number): string {
    return this.#sectionNames.text(this.#reader.u32(this.#header(index)));
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

  /** Whether a section's name is or begins with a text, told without decoding the name; a `\0` in the text is the name's end. */
  sectionNameStartsWith(index: number, prefix: string): boolean {
    return this.#sectionNames.startsWith(this.#reader.u32(this.#header(index)), prefix);
  }

  /** Number of symbols in the table of type `tableType`. Default: SHT_SYMTAB. */
  symbolCount(tableType: SymbolTableType = elf.SHT_SYMTAB): number {
    return this.#symbolTable(tableType)?.count ?? 0;
  }

  symbol(index: number, tableType: SymbolTableType = elf.SHT_SYMTAB): ElfSymbol {
    return this.#symbolTableWith(index, tableType).symbol(index);
  }

  /** The section of a symbol, or UNDEFINED, ABSOLUTE or COMMON. */
  symbolSection(index: number): number {
    return this.#symbolTableWith(index, elf.SHT_SYMTAB).section(index);
  }

  /** The type of a symbol (`STT_…`). */
  symbolType(index: number): number {
    return this.#symbolTableWith(index, elf.SHT_SYMTAB).type(index);
  }

  /** The name of a symbol; apart from the rest, as most symbols' names are never asked for. */
  symbolName(index: number, tableType: SymbolTableType = elf.SHT_SYMTAB): string {
    return this.#symbolTableWith(index, tableType).name(index);
  }

  /** Whether a symbol has no name, or one that assemblers keep to themselves (`.L…`). */
  hasAssemblerName(index: number): boolean {
    const table = this.#symbolTableWith(index, elf.SHT_SYMTAB);
    return table.nameStartsWith(index, '\0') || table.nameStartsWith(index, '.L');
  }

  /** Index of the first symbol that is not local; those before it are. */
  firstGlobalSymbol(): number {
    return this.#symbolTable(elf.SHT_SYMTAB)?.firstGlobal ?? 0;
  }

  /**
   * The relocations of a section, or of its bytes `[start, end)`, in the order of
   * their offsets. Parts of one section are best asked for one after the other.
   */
  relocations(index: number, start = 0, end = Infinity): readonly Relocation[] {
    if (this.#lastRelocations?.index !== index)
      this.#lastRelocations = { index, list: this.#readRelocations(index) };
    const { list } = this.#lastRelocations;
    const last = list.at(-1);
    if (last === undefined || (start <= 0 && last.offset < end)) return list;
    return list.slice(firstAt(list, start), firstAt(list, end));
  }

  #readRelocations(index: number): Relocation[] {
    this.#relocationSections ??= this.#findRelocationSections();
    const holder = this.#relocationSections.get(index);
    if (holder === undefined) return [];
    const section = this.section(holder);
    if (section.entrySize !== RELOCATION_SIZE || section.size % RELOCATION_SIZE !== 0) {
      throw this.#malformed(
        `${section.size} bytes of relocations with entries of ${section.entrySize}`,
      );
    }
    if (this.sectionType(section.link) !== elf.SHT_SYMTAB)
      throw this.#malformed(`relocations whose symbols are in section ${section.link}`);
    const { size } = this.section(index);
    const reader = this.#reader;
    const result: Relocation[] = [];
    let sorted = true;
    for (let at = section.offset; at < section.offset + section.size; at += RELOCATION_SIZE) {
      const relocation = {
        offset: reader.u64(at),
        type: reader.u32(at + 8),
        symbol: reader.u32(at + 12),
        addend: reader.i64(at + 16),
      };
      if (relocation.offset >= size && relocation.type !== NO_RELOCATION)
        throw this.#malformed(
          `a relocation at ${relocation.offset} of section ${index}, which has ${size} bytes`,
        );
      const previous = result.at(-1);
      if (previous !== undefined && previous.offset > relocation.offset) sorted = false;
      result.push(relocation);
    }
    // Stable: several relocations at one offset keep their order, which has meaning.
    return sorted ? result : result.sort((a, b) => a.offset - b.offset);
  }

  #header(index: number): number {
    if (!(index >= 0 && index < this.sectionCount))
      throw this.#malformed(`section ${index} of ${this.sectionCount}`);
    return this.#sectionTable + index * HEADER_SIZE;
  }

  /** Refuses a section that cannot be what it says, or that linkers treat unlike others. */
  #checkSection(index: number, { type, flags, offset, size, entrySize }: Section): void {
    if (type !== elf.SHT_NULL && type !== elf.SHT_NOBITS) this.#reader.range(offset, offset + size);
    if (this.type !== elf.ET_REL || (flags & elf.SHF_ALLOC) === 0) return;
    if (TABLE_TYPES.has(type)) throw this.#malformed(`section ${index} of type ${type} is loaded`);
    // No compiler merges what may be written or run, or what has no content, and linkers differ.
    const isMerged = (flags & elf.SHF_MERGE) !== 0 && entrySize > 0;
    const isUnfit =
      type !== elf.SHT_PROGBITS ||
      (flags & (elf.SHF_WRITE | elf.SHF_EXECINSTR | elf.SHF_TLS)) !== 0;
    if ((isMerged && isUnfit) || (flags & elf.SHF_EXCLUDE) !== 0) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${this.name}: section ${index} of type ${type} with the flags ${flags}`,
      );
    }
  }

  #stringTable(index: number): StringTable {
    const { type, offset, size } = this.section(index);
    if (type !== elf.SHT_STRTAB)
      throw this.#malformed(`section ${index} of type ${type}, expected a string table`);
    return new StringTable(this.#reader, offset, size);
  }

  #symbolTableWith(index: number, type: SymbolTableType): SymbolTable {
    const table = this.#symbolTable(type);
    if (table === undefined) throw this.#malformed(`symbol ${index} without a symbol table`);
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
    const tables: number[] = [];
    const extensions: number[] = [];
    for (let index = 1; index < this.sectionCount; index++) {
      const other = this.sectionType(index);
      if (other === type) tables.push(index);
      if (other === elf.SHT_SYMTAB_SHNDX) extensions.push(index);
    }
    const [found] = tables;
    if (found === undefined) return undefined;
    const own = extensions
      .map((index) => this.section(index))
      .filter((extension) => extension.link === found);
    // An object holds one of each (gABI, chapter 4, "Sections").
    if (tables.length > 1 || own.length > 1)
      throw this.#malformed(`${tables.length} symbol tables, ${own.length} extensions of one`);
    const section = this.section(found);
    const table = new SymbolTable({
      reader: this.#reader,
      section,
      names: this.#stringTable(section.link),
      extended: own[0],
      sectionCount: this.sectionCount,
    });
    if (this.type === elf.ET_REL) table.checkBindings();
    return table;
  }

  #findRelocationSections(): Map<number, number> {
    const holders = new Map<number, number>();
    for (let index = 1; index < this.sectionCount; index++) {
      const type = this.sectionType(index);
      if (type === elf.SHT_REL || type === elf.SHT_CREL || type === elf.SHT_RELR) {
        throw new ObjectGraphError(
          'UNSUPPORTED_OBJECT',
          `${this.name}: relocations of section type ${type}, expected RELA`,
        );
      }
      if (type !== elf.SHT_RELA) continue;
      const target = this.section(index).info;
      if (!(target > 0 && target < this.sectionCount))
        throw this.#malformed(`relocations of section ${target} of ${this.sectionCount}`);
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

  #malformed(problem: string): ObjectGraphError {
    return new ObjectGraphError('MALFORMED_OBJECT', `${this.name}: ${problem}`);
  }
}

/** R_X86_64_NONE and R_AARCH64_NONE change nothing, and may stand anywhere. */
const NO_RELOCATION = 0;

/** Types of sections that describe others; in an object, none of them is loaded. */
const TABLE_TYPES: ReadonlySet<number> = new Set([
  elf.SHT_NULL,
  elf.SHT_SYMTAB,
  elf.SHT_STRTAB,
  elf.SHT_RELA,
  elf.SHT_HASH,
  elf.SHT_DYNAMIC,
  elf.SHT_REL,
  elf.SHT_DYNSYM,
  elf.SHT_GROUP,
  elf.SHT_SYMTAB_SHNDX,
]);

/** Whether bytes begin like an ELF file, of any machine. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}
