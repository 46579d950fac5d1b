import { ByteReader } from '../byte-reader';
import { ObjectGraphError } from '../errors';
import * as elf from './constants';
import { SectionTable } from './section-table';
import { StringTable } from './string-table';
import { SymbolTable } from './symbol-table';

export { ABSOLUTE, COMMON, UNDEFINED } from './symbol-table';

/**
 * The relocations of one section (Elf64_Rela, with explicit addends) by ascending
 * offset; those of one offset keep their order, which has meaning.
 */
export interface RelocationColumns {
  readonly count: number;
  readonly offsets: Float64Array;
  readonly types: Uint32Array;
  readonly symbols: Uint32Array;
  readonly addends: Float64Array;
}

const RELOCATION_SIZE = 24;
const NO_BYTES = new Uint8Array(0);

/**
 * An ELF-64 little-endian file. Sections, symbols and relocations are checked
 * when they are asked for; what nobody asks for, such as debug sections, may be
 * anything, and its bytes need not be there.
 */
export class ElfObject {
  readonly name: string;
  readonly sections: SectionTable;
  readonly #reader: ByteReader;
  readonly #sectionNames: StringTable;
  #symbols: SymbolTable | undefined | null = null;
  #relocationSections: Int32Array | undefined;
  #relocations: RelocationColumns = relocationColumns(0);
  #content: { readonly section: number; readonly bytes: Uint8Array } = {
    section: -1,
    bytes: NO_BYTES,
  };

  /**
   * @param bytes The file; of its sections, those that `SectionTable.isRead` tells must be there.
   * @param name Of the file, for messages.
   * @throws {ObjectGraphError} `BITCODE`, `NOT_ELF`, `UNSUPPORTED_OBJECT`, `TRUNCATED` or `MALFORMED_OBJECT`.
   */
  constructor(bytes: Uint8Array, name: string) {
    this.name = name;
    this.#reader = new ByteReader(bytes, name);
    this.sections = new SectionTable(bytes, name);
    this.#sectionNames = this.#stringTable(this.sections.names);
  }

  get machine(): number {
    return this.sections.machine;
  }

  /** Type of the file (`ET_…`). */
  get type(): number {
    return this.sections.fileType;
  }

  get sectionCount(): number {
    return this.sections.count;
  }

  sectionName(index: number): string {
    return this.#sectionNames.text(this.sections.nameOffsets[index]!);
  }

  /** Whether a section's name is or begins with a text, told without decoding the name; a `\0` in the text is the name's end. */
  sectionNameStartsWith(index: number, prefix: string): boolean {
    return this.#sectionNames.startsWith(this.sections.nameOffsets[index]!, prefix);
  }

  /** Whether the linker may merge a section's entries with equal ones of other sections. */
  isMergeable(index: number): boolean {
    return (
      (this.sections.flags[index]! & elf.SHF_MERGE) !== 0 && this.sections.entrySizes[index]! > 0
    );
  }

  /** The section's bytes; empty for SHT_NOBITS. */
  content(index: number): Uint8Array {
    // It's mostly asked for again at once.
    if (this.#content.section !== index)
      this.#content = { section: index, bytes: this.#readContent(index) };
    return this.#content.bytes;
  }

  #readContent(index: number): Uint8Array {
    const { types, flags, offsets, sizes } = this.sections;
    this.checkSection(index);
    if (types[index] === elf.SHT_NOBITS) return NO_BYTES;
    if ((flags[index]! & elf.SHF_COMPRESSED) !== 0) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${this.name}: section ${this.sectionName(index)} is compressed`,
      );
    }
    if (!this.sections.isRead(index)) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${this.name}: section ${this.sectionName(index)} is needed, which is not loaded`,
      );
    }
    return this.#reader.range(offsets[index]!, offsets[index]! + sizes[index]!);
  }

  /** The file, of which only some is there: see the constructor. */
  get bytes(): Uint8Array {
    return this.#reader.bytes;
  }

  /** The loaded parts of the file, neighbours as one: for searches in all of them. Each is `[start, end)`. */
  loadedRanges(): readonly (readonly [number, number])[] {
    const { types, offsets, sizes, count } = this.sections;
    const parts: [number, number][] = [];
    for (let index = 1; index < count; index++) {
      if (!this.sections.isLoaded(index) || types[index] === elf.SHT_NOBITS) continue;
      const [start, end] = [offsets[index]!, offsets[index]! + sizes[index]!];
      const last = parts.at(-1);
      if (last !== undefined && start >= last[0] && start <= last[1] + NEIGHBOUR)
        last[1] = Math.max(last[1], end);
      else parts.push([start, end]);
    }
    return parts;
  }

  /** The bytes of a section that is not loaded and whose size says that they are there: see `ObjectLoader`. */
  smallContent(index: number, size: number): Uint8Array | undefined {
    const { offsets, sizes } = this.sections;
    return sizes[index] === size
      ? this.#reader.range(offsets[index]!, offsets[index]! + size)
      : undefined;
  }

  /** The symbols of a relocatable object; `undefined` if it has none. */
  get symbols(): SymbolTable | undefined {
    if (this.#symbols === null) this.#symbols = this.#findSymbolTable(elf.SHT_SYMTAB);
    return this.#symbols;
  }

  /** The symbols by which a linked file and shared libraries know each other; `undefined` if it has none. */
  dynamicSymbols(): SymbolTable | undefined {
    return this.#findSymbolTable(elf.SHT_DYNSYM);
  }

  /** @throws {ObjectGraphError} for an object without symbols. */
  symbolTable(): SymbolTable {
    const table = this.symbols;
    if (table === undefined) throw this.#malformed('references without a symbol table');
    return table;
  }

  /** The relocations of a section. Valid until the next call, whatever it asks for. */
  relocations(index: number): RelocationColumns {
    this.#relocationSections ??= this.#findRelocationSections();
    const holder = this.#relocationSections[index]!;
    if (holder === 0) {
      const { offsets, types, symbols, addends } = this.#relocations;
      return { count: 0, offsets, types, symbols, addends };
    }
    this.checkSection(holder);
    const { sizes, offsets, links, entrySizes, types } = this.sections;
    const bytes = sizes[holder]!;
    if (entrySizes[holder] !== RELOCATION_SIZE || bytes % RELOCATION_SIZE !== 0) {
      throw this.#malformed(`${bytes} bytes of relocations with entries of ${entrySizes[holder]!}`);
    }
    if (types[links[holder]!] !== elf.SHT_SYMTAB)
      throw this.#malformed(`relocations whose symbols are in section ${links[holder]!}`);
    return this.#readRelocations(index, offsets[holder]!, bytes / RELOCATION_SIZE);
  }

  /** As {@link relocations}, to be kept. */
  keptRelocations(index: number): RelocationColumns {
    const { count, offsets, types, symbols, addends } = this.relocations(index);
    return {
      count,
      offsets: offsets.slice(0, count),
      types: types.slice(0, count),
      symbols: symbols.slice(0, count),
      addends: addends.slice(0, count),
    };
  }

  #readRelocations(index: number, start: number, count: number): RelocationColumns {
    if (this.#relocations.offsets.length < count) this.#relocations = relocationColumns(count * 2);
    const { offsets, types, symbols, addends } = this.#relocations;
    const size = this.sections.sizes[index]!;
    const { view } = this.#reader;
    let sorted = true;
    let previous = 0;
    for (let number = 0, at = start; number < count; number++, at += RELOCATION_SIZE) {
      const offset = view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
      const type = view.getUint32(at + 8, true);
      const addend = view.getInt32(at + 20, true) * 0x1_0000_0000 + view.getUint32(at + 16, true);
      if (offset >= size && type !== NO_RELOCATION)
        throw this.#malformed(
          `a relocation at ${offset} of section ${index}, which has ${size} bytes`,
        );
      if (!Number.isSafeInteger(addend) || !Number.isSafeInteger(offset))
        throw this.#malformed(`a relocation whose 64-bit fields at ${at} exceed 2^53`);
      if (offset < previous) sorted = false;
      previous = offset;
      offsets[number] = offset;
      types[number] = type;
      symbols[number] = view.getUint32(at + 12, true);
      addends[number] = addend;
    }
    if (!sorted) sortColumns(this.#relocations, count);
    return { count, offsets, types, symbols, addends };
  }

  /** Refuses a section that cannot be what it says, or that linkers treat unlike others. */
  checkSection(index: number): void {
    const { sections } = this;
    if (!(index >= 0 && index < sections.count))
      throw this.#malformed(`section ${index} of ${sections.count}`);
    const type = sections.types[index]!;
    const flags = sections.flags[index]!;
    const offset = sections.offsets[index]!;
    const size = sections.sizes[index]!;
    const entrySize = sections.entrySizes[index]!;
    // A sum of numbers that are none below 0 is at least as large as each.
    if (!(offset + size + sections.aligns[index]! + entrySize <= Number.MAX_SAFE_INTEGER))
      throw this.#malformed(`the 64-bit fields of the header of section ${index} exceed 2^53`);
    if (type !== elf.SHT_NULL && type !== elf.SHT_NOBITS)
      this.#reader.checkRange(offset, offset + size);
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
    this.checkSection(index);
    const { types, offsets, sizes } = this.sections;
    if (types[index] !== elf.SHT_STRTAB)
      throw this.#malformed(`section ${index} of type ${types[index]!}, expected a string table`);
    return new StringTable(this.#reader, offsets[index]!, sizes[index]!);
  }

  #findSymbolTable(type: typeof elf.SHT_SYMTAB | typeof elf.SHT_DYNSYM): SymbolTable | undefined {
    const { types, links, count } = this.sections;
    const tables: number[] = [];
    const extensions: number[] = [];
    for (let index = 1; index < count; index++) {
      if (types[index] === type) tables.push(index);
      if (types[index] === elf.SHT_SYMTAB_SHNDX) extensions.push(index);
    }
    const [found] = tables;
    if (found === undefined) return undefined;
    const own = extensions.filter((index) => links[index] === found);
    // An object holds one of each (gABI, chapter 4, "Sections").
    if (tables.length > 1 || own.length > 1)
      throw this.#malformed(`${tables.length} symbol tables, ${own.length} extensions of one`);
    this.checkSection(found);
    if (own[0] !== undefined) this.checkSection(own[0]);
    const table = new SymbolTable({
      reader: this.#reader,
      sections: this.sections,
      index: found,
      names: this.#stringTable(links[found]!),
      extended: own[0],
    });
    if (this.type === elf.ET_REL) table.checkBindings();
    return table;
  }

  /** Per section, the one that holds its relocations; 0 for none. */
  #findRelocationSections(): Int32Array {
    const { types, infos, count } = this.sections;
    const holders = new Int32Array(count);
    for (let index = 1; index < count; index++) {
      const type = types[index]!;
      if (type === elf.SHT_REL || type === elf.SHT_CREL || type === elf.SHT_RELR) {
        throw new ObjectGraphError(
          'UNSUPPORTED_OBJECT',
          `${this.name}: relocations of section type ${type}, expected RELA`,
        );
      }
      if (type !== elf.SHT_RELA) continue;
      const target = infos[index]!;
      if (!(target > 0 && target < count))
        throw this.#malformed(`relocations of section ${target} of ${count}`);
      if (holders[target] !== 0) {
        throw new ObjectGraphError(
          'UNSUPPORTED_OBJECT',
          `${this.name}: section ${target} has two relocation sections`,
        );
      }
      holders[target] = index;
    }
    return holders;
  }

  #malformed(problem: string): ObjectGraphError {
    return new ObjectGraphError('MALFORMED_OBJECT', `${this.name}: ${problem}`);
  }
}

/** How far neighbours lie apart at most: padding between sections. */
const NEIGHBOUR = 64;

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

function relocationColumns(capacity: number): RelocationColumns {
  return {
    count: 0,
    offsets: new Float64Array(capacity),
    types: new Uint32Array(capacity),
    symbols: new Uint32Array(capacity),
    addends: new Float64Array(capacity),
  };
}

function sortColumns({ offsets, types, symbols, addends }: RelocationColumns, count: number): void {
  const order = Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => offsets[a]! - offsets[b]! || a - b,
  );
  for (const column of [offsets, types, symbols, addends]) {
    const copy = column.slice(0, count);
    order.forEach((from, to) => (column[to] = copy[from]!));
  }
}

/** Whether bytes begin like an ELF file, of any machine. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}
