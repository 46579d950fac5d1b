import * as elf from '../elf/constants';

/** A number in a file that a reader may trust too much. */
export interface Field {
  readonly at: number;
  /** In bytes. */
  readonly width: 1 | 2 | 4 | 8;
  /** What it is, for reports, such as `section 3 link`. */
  readonly name: string;
  /** Fields of one kind can be exchanged for each other. */
  readonly kind: string;
}

/** A section header of a well-formed object. */
export interface SectionHeader {
  readonly index: number;
  /** Where the header stands. */
  readonly at: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

const HEADER_FIELDS = [
  ['type', 16, 2],
  ['machine', 18, 2],
  ['version', 20, 4],
  ['entry', 24, 8],
  ['program headers', 32, 8],
  ['section headers', 40, 8],
  ['flags', 48, 4],
  ['header size', 52, 2],
  ['program header size', 54, 2],
  ['program header count', 56, 2],
  ['section header size', 58, 2],
  ['section header count', 60, 2],
  ['section names', 62, 2],
] as const;

const SECTION_FIELDS = [
  ['name', 0, 4],
  ['type', 4, 4],
  ['flags', 8, 8],
  ['address', 16, 8],
  ['offset', 24, 8],
  ['size', 32, 8],
  ['link', 40, 4],
  ['info', 44, 4],
  ['align', 48, 8],
  ['entry size', 56, 8],
] as const;

const SYMBOL_FIELDS = [
  ['name', 0, 4],
  ['info', 4, 1],
  ['other', 5, 1],
  ['section', 6, 2],
  ['value', 8, 8],
  ['size', 16, 8],
] as const;

const RELOCATION_FIELDS = [
  ['offset', 0, 8],
  ['type', 8, 4],
  ['symbol', 12, 4],
  ['addend', 16, 8],
] as const;

/** All section headers of a well-formed object, read without any code under test. */
export function sectionHeaders(bytes: Buffer): SectionHeader[] {
  const table = Number(bytes.readBigUInt64LE(40));
  const count = bytes.readUInt16LE(60);
  const names = table + bytes.readUInt16LE(62) * 64;
  const namesAt = Number(bytes.readBigUInt64LE(names + 24));
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * 64;
    const name = namesAt + bytes.readUInt32LE(at);
    return {
      index,
      at,
      name: bytes.toString('latin1', name, bytes.indexOf(0, name)),
      type: bytes.readUInt32LE(at + 4),
      flags: bytes.readUInt32LE(at + 8),
      offset: Number(bytes.readBigUInt64LE(at + 24)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
      link: bytes.readUInt32LE(at + 40),
      info: bytes.readUInt32LE(at + 44),
    };
  });
}

/** Every field of a well-formed object: its header, section headers, symbols, relocations, groups, extended indices and frames. */
export function objectFields(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  const add = (
    owner: string,
    at: number,
    layout: readonly (readonly [string, number, Field['width']])[],
  ) => {
    for (const [name, offset, width] of layout)
      fields.push({
        at: at + offset,
        width,
        name: `${owner} ${name}`,
        kind: `${owner.replace(/[\d.]+/g, '')} ${name}`,
      });
  };
  add('header', 0, HEADER_FIELDS);
  for (const { index, at, type, offset, size, name } of sectionHeaders(bytes)) {
    add(`section ${index}`, at, SECTION_FIELDS);
    if (type === elf.SHT_NOBITS) continue;
    for (let entry = 0; entry + 24 <= size; entry += 24) {
      if (type === elf.SHT_SYMTAB || type === elf.SHT_DYNSYM)
        add(`symbol ${entry / 24}`, offset + entry, SYMBOL_FIELDS);
      if (type === elf.SHT_RELA)
        add(`relocation ${entry / 24} of ${index}`, offset + entry, RELOCATION_FIELDS);
    }
    if (type === elf.SHT_GROUP || type === elf.SHT_SYMTAB_SHNDX)
      for (let entry = 0; entry + 4 <= size; entry += 4)
        add(`word ${entry / 4} of ${index}`, offset + entry, [['', 0, 4]]);
    if (name === '.eh_frame') {
      for (let frame = 0; frame + 8 <= size;) {
        add(`frame ${frame}`, offset + frame, [
          ['length', 0, 4],
          ['id', 4, 4],
        ]);
        frame += 4 + bytes.readUInt32LE(offset + frame);
      }
    }
  }
  return fields;
}

/** Reads a field as an unsigned number. */
export function readField(bytes: Buffer, { at, width }: Field): bigint {
  return width === 8 ? bytes.readBigUInt64LE(at) : BigInt(bytes.readUIntLE(at, width));
}

/** Writes a field; what does not fit is cut off. */
export function writeField(bytes: Buffer, { at, width }: Field, value: bigint): void {
  const cut = BigInt.asUintN(width * 8, value);
  if (width === 8) bytes.writeBigUInt64LE(cut, at);
  else bytes.writeUIntLE(Number(cut), at, width);
}

/** Values at which arithmetic and bounds go wrong. */
export const EXTREME_VALUES: readonly bigint[] = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0xff00n,
  0xfff1n,
  0xffffn,
  0x10000n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 40n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
