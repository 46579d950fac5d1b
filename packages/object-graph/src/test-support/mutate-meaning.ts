import * as elf from '../elf/constants';
import type { SectionHeader } from './mutate-fields';
import type { MutableObject, Mutated } from './mutate-object';
import type { Random } from './mutate-random';

/** The parts of a well-formed object that all of its code is known to reach. */
export interface KnownObject extends MutableObject {
  readonly reached: readonly SectionHeader[];
  readonly relocations: readonly KnownRelocation[];
  readonly symbols: readonly KnownSymbol[];
}

interface KnownRelocation {
  /** Where the entry stands in the file. */
  readonly at: number;
  readonly section: SectionHeader;
  readonly offset: number;
  readonly symbol: number;
}

interface KnownSymbol {
  readonly at: number;
  readonly info: number;
  readonly section: number;
  readonly value: number;
  readonly size: number;
  readonly name: string;
}

const LOADED = /^\.(?:text|rodata|data|tdata|init_array|gcc_except_table)(?:\.|$)/;

/** Looks up what a reachable object's sections, relocations and symbols are; everything in it must be reachable. */
export function knownObject(object: MutableObject): KnownObject {
  const { bytes, sections } = object;
  const reached = sections.filter(
    ({ name, size, type, flags }) =>
      LOADED.test(name) && size > 0 && type !== elf.SHT_NOBITS && (flags & elf.SHF_ALLOC) !== 0,
  );
  const table = sections.find(({ type }) => type === elf.SHT_SYMTAB)!;
  const names = sections[table.link]!.offset;
  const extended = sections.find(({ type }) => type === elf.SHT_SYMTAB_SHNDX);
  const symbols = Array.from({ length: table.size / 24 }, (_, index): KnownSymbol => {
    const at = table.offset + index * 24;
    const name = names + bytes.readUInt32LE(at);
    const raw = bytes.readUInt16LE(at + 6);
    return {
      at,
      info: bytes[at + 4]!,
      section:
        raw === elf.SHN_XINDEX && extended !== undefined
          ? bytes.readUInt32LE(extended.offset + index * 4)
          : raw,
      value: Number(bytes.readBigUInt64LE(at + 8)),
      size: Number(bytes.readBigUInt64LE(at + 16)),
      name: bytes.toString('latin1', name, bytes.indexOf(0, name)),
    };
  });
  const relocations = sections
    .filter(({ type, info }) => type === elf.SHT_RELA && reached.includes(sections[info]!))
    .flatMap(({ offset, size, info }) =>
      Array.from({ length: size / 24 }, (_, index): KnownRelocation => {
        const at = offset + index * 24;
        return {
          at,
          section: sections[info]!,
          offset: Number(bytes.readBigUInt64LE(at)),
          symbol: bytes.readUInt32LE(at + 12),
        };
      }),
    );
  return { ...object, reached, relocations, symbols };
}

/**
 * Changes an object so that it means something else: content, a reference, or
 * what a name stands for. The result may be ill-formed, too, but never means
 * what the object meant. Undefined when the drawn change finds nothing to change.
 */
export function changeMeaning(object: KnownObject, random: Random): Mutated | undefined {
  const bytes = Buffer.from(object.bytes);
  const what = random.pick(CHANGES)(object, bytes, random);
  return what === undefined ? undefined : { bytes, what };
}

type Change = (object: KnownObject, bytes: Buffer, random: Random) => string | undefined;

const CHANGES: readonly Change[] = [
  changeContent,
  changeContent,
  changeRelocationField,
  changeRelocationField,
  changeTarget,
  changeSymbolValue,
  swapSymbols,
  changeSymbolType,
  changeCommonSize,
  changeSectionFlag,
  changeSectionSize,
  dropContent,
  moveContent,
  dropRelocations,
  dropRelocation,
  changeUnwinding,
];

/** A byte that no relocation overwrites. */
function changeContent({ reached, relocations }: KnownObject, bytes: Buffer, random: Random) {
  const section = random.pick(reached);
  const at = random.below(section.size);
  const isField = relocations.some(
    ({ section: relocated, offset }) => relocated === section && offset <= at && at < offset + 8,
  );
  if (isField) return undefined;
  bytes[section.offset + at]! ^= 1 << random.below(8);
  return `bit of ${section.name} at ${at}`;
}

function changeRelocationField({ relocations }: KnownObject, bytes: Buffer, random: Random) {
  if (relocations.length === 0) return undefined;
  const { at, section, offset } = random.pick(relocations);
  const where = `of relocation at ${offset} of ${section.name}`;
  switch (random.below(3)) {
    case 0:
      bytes.writeBigInt64LE(bytes.readBigInt64LE(at + 16) + BigInt(random.pick(STEPS)), at + 16);
      return `addend ${where}`;
    case 1:
      bytes.writeUInt32LE(bytes.readUInt32LE(at + 8) + 1 + random.below(40), at + 8);
      return `type ${where}`;
    default:
      bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(offset) + BigInt(random.pick(STEPS))), at);
      return `offset ${where}`;
  }
}

const STEPS = [-4096, -64, -8, -1, 1, 4, 64, 4096, 2 ** 40];

function changeTarget({ relocations, symbols }: KnownObject, bytes: Buffer, random: Random) {
  if (relocations.length === 0) return undefined;
  const { at, section, offset, symbol } = random.pick(relocations);
  const target = random.oneIn(8)
    ? symbols.length + random.below(2 ** 20)
    : random.below(symbols.length);
  const [old, other] = [symbols[symbol]!, symbols[target]];
  if (other !== undefined && isSamePlace(old, other)) return undefined;
  bytes.writeUInt32LE(target, at + 12);
  return `target of relocation at ${offset} of ${section.name} to symbol ${target}`;
}

function isSamePlace(one: KnownSymbol, other: KnownSymbol): boolean {
  if (one.section === 0 || one.section === elf.SHN_COMMON || other.section !== one.section)
    return one.name === other.name && one.section === other.section;
  return one.value === other.value;
}

function changeSymbolValue(object: KnownObject, bytes: Buffer, random: Random) {
  const symbol = pickReferred(object, random);
  if (symbol === undefined) return undefined;
  bytes.writeBigUInt64LE(
    BigInt.asUintN(64, BigInt(symbol.value) + BigInt(random.pick(STEPS))),
    symbol.at + 8,
  );
  return `value of symbol ${symbol.name} in section ${symbol.section}`;
}

/** Exchanges what two symbols stand for; references to them keep their index. */
function swapSymbols(object: KnownObject, bytes: Buffer, random: Random) {
  const [one, other] = [pickReferred(object, random), pickReferred(object, random)];
  if (one === undefined || other === undefined || isSamePlace(one, other)) return undefined;
  // Their sections stand elsewhere then.
  if (bytes.readUInt16LE(one.at + 6) === elf.SHN_XINDEX) return undefined;
  const kept = Buffer.from(bytes.subarray(one.at + 4, one.at + 24));
  bytes.copyWithin(one.at + 4, other.at + 4, other.at + 24);
  bytes.set(kept, other.at + 4);
  return `symbols ${one.name} and ${other.name} swapped`;
}

function changeSymbolType(object: KnownObject, bytes: Buffer, random: Random) {
  const symbol = pickReferred(object, random);
  if (symbol === undefined || (symbol.info & 15) !== elf.STT_FUNC) return undefined;
  bytes[symbol.at + 4] = (symbol.info & 0xf0) | elf.STT_GNU_IFUNC;
  return `${symbol.name} an indirect function`;
}

function changeCommonSize(object: KnownObject, bytes: Buffer, random: Random) {
  const symbol = pickReferred(object, random);
  if (symbol === undefined || symbol.section !== elf.SHN_COMMON) return undefined;
  bytes.writeBigUInt64LE(BigInt(symbol.size + 1 + random.below(100)), symbol.at + 16);
  return `size of common ${symbol.name}`;
}

/** A symbol that is defined here for sure, strong if it has a name, and that reachable code refers to. */
function pickReferred(object: KnownObject, random: Random): KnownSymbol | undefined {
  if (object.relocations.length === 0) return undefined;
  const symbol = object.symbols[random.pick(object.relocations).symbol]!;
  const isDefined = symbol.section !== 0 && symbol.section !== elf.SHN_ABS;
  return isDefined && symbol.info >> 4 !== elf.STB_WEAK ? symbol : undefined;
}

function changeSectionFlag({ reached }: KnownObject, bytes: Buffer, random: Random) {
  const section = random.pick(reached);
  const flag = random.pick([elf.SHF_WRITE, elf.SHF_EXECINSTR, elf.SHF_TLS, elf.SHF_ALLOC]);
  bytes.writeUInt32LE((section.flags ^ flag) >>> 0, section.at + 8);
  return `flag ${flag} of ${section.name}`;
}

function changeSectionSize({ reached }: KnownObject, bytes: Buffer, random: Random) {
  const section = random.pick(reached);
  // A reader need not see that the linker puts more zeros behind than it has to.
  const size = random.oneIn(2) ? section.size - 1 - random.below(section.size) : 2 ** 53 - 1;
  bytes.writeBigUInt64LE(BigInt(size), section.at + 32);
  return `size of ${section.name} to ${size}`;
}

function dropContent({ reached }: KnownObject, bytes: Buffer, random: Random) {
  const section = random.pick(reached);
  bytes.writeUInt32LE(elf.SHT_NOBITS, section.at + 4);
  return `${section.name} without content`;
}

function moveContent({ reached }: KnownObject, bytes: Buffer, random: Random) {
  const section = random.pick(reached);
  const offset = random.below(bytes.length);
  const now = bytes.subarray(section.offset, section.offset + section.size);
  if (now.equals(bytes.subarray(offset, offset + section.size))) return undefined;
  bytes.writeBigUInt64LE(BigInt(offset), section.at + 24);
  return `offset of ${section.name} to ${offset}`;
}

function dropRelocations({ sections, reached }: KnownObject, bytes: Buffer, random: Random) {
  const holders = sections.filter(
    ({ type, info, size }) =>
      type === elf.SHT_RELA && size > 0 && reached.includes(sections[info]!),
  );
  if (holders.length === 0) return undefined;
  const holder = random.pick(holders);
  if (random.oneIn(2)) {
    bytes.writeUInt32LE(elf.SHT_PROGBITS, holder.at + 4);
    return `${holder.name} no relocations`;
  }
  bytes.writeUInt32LE(random.pick([0, sections.length, 0xffffffff]), holder.at + 44);
  return `${holder.name} of no section`;
}

function dropRelocation({ sections, reached }: KnownObject, bytes: Buffer, random: Random) {
  const holders = sections.filter(
    ({ type, info, size }) =>
      type === elf.SHT_RELA && size > 0 && reached.includes(sections[info]!),
  );
  if (holders.length === 0) return undefined;
  const holder = random.pick(holders);
  bytes.writeBigUInt64LE(BigInt(holder.size - 24), holder.at + 32);
  return `last relocation of ${holder.name} gone`;
}

/** Makes a frame name other data, which tells what runs when its code unwinds. */
function changeUnwinding({ sections, bytes: whole }: KnownObject, bytes: Buffer, random: Random) {
  const frames = sections.find(({ name }) => name === '.eh_frame');
  const holder = sections.find(
    ({ type, info }) => type === elf.SHT_RELA && frames !== undefined && info === frames.index,
  );
  if (frames === undefined || holder === undefined) return undefined;
  const starts = new Set<number>();
  for (let at = 0; at < frames.size; at += 4 + whole.readUInt32LE(frames.offset + at))
    starts.add(at);
  // The address of the code stands 8 bytes behind the start of its frame.
  const entries = Array.from(
    { length: holder.size / 24 },
    (_, index) => holder.offset + index * 24,
  );
  const data = entries.filter((at) => !starts.has(Number(whole.readBigUInt64LE(at)) - 8));
  if (data.length === 0) return undefined;
  const at = random.pick(data);
  bytes.writeBigInt64LE(bytes.readBigInt64LE(at + 16) + BigInt(random.pick(STEPS)), at + 16);
  return 'what a frame refers to';
}
