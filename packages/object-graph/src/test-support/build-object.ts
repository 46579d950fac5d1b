import * as elf from '../elf/constants';
import { ABSOLUTE, COMMON } from '../elf/elf-object';

/** A section of an object to build. */
export interface SectionPlan {
  readonly name: string;
  /** Default: SHT_PROGBITS. */
  readonly type?: number;
  /** Default: SHF_ALLOC. */
  readonly flags?: number;
  /** Default: empty. */
  readonly content?: Uint8Array;
  /** Bytes in memory of a section without content. Default: the content's length. */
  readonly size?: number;
  /** Default: 1. */
  readonly align?: number;
  readonly entrySize?: number;
  readonly link?: number;
  readonly info?: number;
  readonly relocations?: readonly RelocationPlan[];
}

/** A relocation; `symbol` is an index: 1 for the first symbol of the plan. */
export interface RelocationPlan {
  readonly offset: number;
  /** Default: R_X86_64_PLT32. */
  readonly type?: number;
  readonly symbol: number;
  /** Default: 0. */
  readonly addend?: number;
}

/** A symbol; `section` is an index, 1 for the first section of the plan, or ABSOLUTE or COMMON. Default: undefined. */
export interface SymbolPlan {
  readonly name: string;
  readonly section?: number;
  readonly value?: number;
  readonly size?: number;
  /** Default: STT_NOTYPE. */
  readonly type?: number;
  /** Default: STB_GLOBAL. */
  readonly binding?: number;
}

/** A group of sections that the linker keeps or discards as a whole. */
export interface GroupPlan {
  /** Index of the symbol whose name is the group's signature. */
  readonly signature: number;
  readonly sections: readonly number[];
  /** Default: GRP_COMDAT. */
  readonly flags?: number;
}

/** An ELF-64 file for x86_64. */
export interface ObjectPlan {
  readonly sections?: readonly SectionPlan[];
  /** Local ones first. */
  readonly symbols?: readonly SymbolPlan[];
  readonly groups?: readonly GroupPlan[];
  /** Writes every section index into SHT_SYMTAB_SHNDX, not only those that need it. Default: false. */
  readonly extendedIndices?: boolean;
  /** Default: ET_REL. */
  readonly type?: number;
  /** Default: SHT_SYMTAB. */
  readonly symbolTableType?: number;
  /** Default: EM_X86_64. */
  readonly machine?: number;
}

const R_X86_64_PLT32 = 4;
const HEADER = 64;

/** Writes an object as the plan says; nothing is checked, so that a plan may be wrong on purpose. */
export function buildObject(plan: ObjectPlan): Buffer {
  const sections = [...(plan.sections ?? [])];
  const symbols = plan.symbols ?? [];
  const groups = plan.groups ?? [];
  const relocated = sections.flatMap(({ relocations }, index) =>
    relocations === undefined ? [] : [{ relocations, target: index + 1 }],
  );
  const symbolTable = sections.length + relocated.length + groups.length + 1;
  for (const { relocations, target } of relocated)
    sections.push({
      name: `.rela${sections[target - 1]!.name}`,
      type: elf.SHT_RELA,
      flags: 0,
      content: relocationTable(relocations),
      entrySize: 24,
      link: symbolTable,
      info: target,
    });
  for (const { signature, sections: members, flags } of groups)
    sections.push({
      name: '.group',
      type: elf.SHT_GROUP,
      flags: 0,
      content: words([flags ?? 1, ...members]),
      entrySize: 4,
      link: symbolTable,
      info: signature,
    });

  const isExtended = (section: number) =>
    section >= elf.SHN_LORESERVE || (section > 0 && plan.extendedIndices === true);
  const shortIndex = (section: number) =>
    section === ABSOLUTE
      ? elf.SHN_ABS
      : section === COMMON
        ? elf.SHN_COMMON
        : isExtended(section)
          ? elf.SHN_XINDEX
          : section;
  const names = new StringTable();
  const table = Buffer.alloc((symbols.length + 1) * 24);
  const extended = [0];
  symbols.forEach(({ name, section = 0, value = 0, size = 0, type = 0, binding = 1 }, index) => {
    const at = (index + 1) * 24;
    table.writeUInt32LE(names.add(name), at);
    table[at + 4] = (binding << 4) | type;
    table.writeUInt16LE(shortIndex(section), at + 6);
    table.writeBigUInt64LE(BigInt(value), at + 8);
    table.writeBigUInt64LE(BigInt(size), at + 16);
    extended.push(isExtended(section) ? section : 0);
  });
  sections.push({
    name: '.symtab',
    type: plan.symbolTableType ?? elf.SHT_SYMTAB,
    flags: 0,
    content: table,
    entrySize: 24,
    link: symbolTable + 1,
    info: symbols.filter(({ binding }) => binding === elf.STB_LOCAL).length + 1,
  });
  sections.push({ name: '.strtab', type: elf.SHT_STRTAB, flags: 0, content: names.bytes() });
  if (extended.some((section) => section > 0))
    sections.push({
      name: '.symtab_shndx',
      type: elf.SHT_SYMTAB_SHNDX,
      flags: 0,
      content: words(extended),
      entrySize: 4,
      link: symbolTable,
    });
  return file(sections, plan.type ?? elf.ET_REL, plan.machine ?? elf.EM_X86_64);
}

/** Writes an executable that holds nothing but the names that it imports and exports. */
export function buildExecutable(
  imports: readonly string[],
  exports: readonly string[] = [],
  machine: number = elf.EM_X86_64,
): Buffer {
  return buildObject({
    type: 3,
    machine,
    symbolTableType: elf.SHT_DYNSYM,
    sections: [{ name: '.text', content: Buffer.alloc(1) }],
    symbols: [
      ...imports.map((name) => ({ name })),
      ...exports.map((name) => ({ name, section: 1 })),
    ],
  });
}

function file(sections: readonly SectionPlan[], type: number, machine: number): Buffer {
  const names = new StringTable();
  const all: SectionPlan[] = [...sections, { name: '.shstrtab', type: elf.SHT_STRTAB, flags: 0 }];
  const nameOffsets = all.map(({ name }) => names.add(name));
  all[all.length - 1] = { ...all.at(-1)!, content: names.bytes() };
  const headers = Buffer.alloc((all.length + 1) * HEADER);
  const parts: Uint8Array[] = [];
  let at = HEADER;
  all.forEach((section, index) => {
    const content = section.content ?? NOTHING;
    const header = headers.subarray((index + 1) * HEADER);
    header.writeUInt32LE(nameOffsets[index]!, 0);
    header.writeUInt32LE(section.type ?? elf.SHT_PROGBITS, 4);
    header.writeBigUInt64LE(BigInt(section.flags ?? elf.SHF_ALLOC), 8);
    header.writeBigUInt64LE(BigInt(at), 24);
    header.writeBigUInt64LE(BigInt(section.size ?? content.length), 32);
    header.writeUInt32LE(section.link ?? 0, 40);
    header.writeUInt32LE(section.info ?? 0, 44);
    header.writeBigUInt64LE(BigInt(section.align ?? 1), 48);
    header.writeBigUInt64LE(BigInt(section.entrySize ?? 0), 56);
    if (content.length === 0) return;
    parts.push(content);
    at += content.length;
  });
  const count = all.length + 1;
  const isLarge = count >= elf.SHN_LORESERVE;
  if (isLarge) {
    headers.writeBigUInt64LE(BigInt(count), 32);
    headers.writeUInt32LE(count - 1, 40);
  }
  const start = Buffer.alloc(HEADER);
  start.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  start.writeUInt16LE(type, 16);
  start.writeUInt16LE(machine, 18);
  start.writeUInt32LE(1, 20);
  start.writeBigUInt64LE(BigInt(at), 40);
  start.writeUInt16LE(HEADER, 52);
  start.writeUInt16LE(HEADER, 58);
  start.writeUInt16LE(isLarge ? 0 : count, 60);
  start.writeUInt16LE(isLarge ? elf.SHN_XINDEX : count - 1, 62);
  return Buffer.concat([start, ...parts, headers]);
}

const NOTHING = new Uint8Array(0);

class StringTable {
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #texts: string[] = [''];
  #length = 1;

  add(text: string): number {
    let offset = this.#offsets.get(text);
    if (offset === undefined) {
      offset = this.#length;
      this.#offsets.set(text, offset);
      this.#texts.push(text);
      this.#length += text.length + 1;
    }
    return offset;
  }

  bytes(): Buffer {
    return Buffer.from(this.#texts.map((text) => `${text}\0`).join(''), 'latin1');
  }
}

function words(values: readonly number[]): Buffer {
  const result = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => result.writeUInt32LE(value, index * 4));
  return result;
}

function relocationTable(relocations: readonly RelocationPlan[]): Buffer {
  const result = Buffer.alloc(relocations.length * 24);
  relocations.forEach(({ offset, type, symbol, addend }, index) => {
    result.writeBigUInt64LE(BigInt(offset), index * 24);
    result.writeUInt32LE(type ?? R_X86_64_PLT32, index * 24 + 8);
    result.writeUInt32LE(symbol, index * 24 + 12);
    result.writeBigInt64LE(BigInt(addend ?? 0), index * 24 + 16);
  });
  return result;
}
