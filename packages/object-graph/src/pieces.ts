import * as elf from './elf/constants';
import type { Section } from './elf/elf-object';
import type { LinkedObject } from './linked-program';

/**
 * A piece: the smallest part of a section that a reference can mean. It's a
 * whole section (one function, one constant, one static), or one string or
 * entry of a mergeable section, whose neighbours belong to other code.
 */
export interface Piece {
  readonly object: LinkedObject;
  /** Index of the section, or COMMON. */
  readonly section: number;
  readonly start: number;
  readonly end: number;
}

/** Whether the linker may merge a section's entries with equal ones of other sections. */
export function isMergeable(section: Section): boolean {
  return (section.flags & elf.SHF_MERGE) !== 0 && section.entrySize > 0;
}

/** The piece of a section that holds an offset, as `[start, end)`. */
export function pieceBounds(
  object: LinkedObject,
  index: number,
  section: Section,
  offset: number,
): [number, number] {
  if (!isMergeable(section) || offset < 0 || offset >= section.size) return [0, section.size];
  const width = section.entrySize;
  const entry = Math.floor(offset / width) * width;
  if ((section.flags & elf.SHF_STRINGS) === 0)
    return [entry, Math.min(entry + width, section.size)];
  const starts = stringStarts(object, index, section);
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return [starts[low]!, starts[low + 1] ?? section.size];
}

/** Where the strings of a section begin, found once: many references may lead into one long string. */
function stringStarts(object: LinkedObject, index: number, section: Section): readonly number[] {
  let starts = knownStarts.get(section);
  if (starts === undefined) {
    const content = object.elf.content(index);
    const found = [0];
    for (let at = endOfString(content, 0, section.entrySize); at < content.length;) {
      found.push(at);
      at = endOfString(content, at, section.entrySize);
    }
    starts = found;
    knownStarts.set(section, starts);
  }
  return starts;
}

const knownStarts = new WeakMap<Section, readonly number[]>();

/** The offset behind the zero character that ends a string, or behind the content. */
function endOfString(content: Uint8Array, start: number, width: number): number {
  if (width === 1) {
    const zero = content.indexOf(0, start);
    return zero < 0 ? content.length : zero + 1;
  }
  for (let at = start; at + width <= content.length; at += width) {
    let byte = at;
    while (byte < at + width && content[byte] === 0) byte++;
    if (byte === at + width) return byte;
  }
  return content.length;
}

/** Relocation types of x86_64 code whose field is relative to the end of the instruction (psABI, table 4.9). */
const PC_RELATIVE_X86 = new Set([
  2, 4, 9, 19, 20, 22, 26, 29, 31, 41, 42, 43, 44, 45, 46, 47, 48, 49,
]);

/** Distance from the field to the end of the usual instruction; none on aarch64, where addends are exact. */
export function pcBias(machine: number, type: number): number {
  return machine === elf.EM_X86_64 && PC_RELATIVE_X86.has(type) ? 4 : 0;
}

/**
 * Offsets that a reference into a mergeable section may mean. How far the field
 * lies before the end of its instruction is not recorded, and an immediate
 * operand of 1, 2 or 4 bytes moves it: unless the instruction is one without an
 * immediate, all that other distances would mean count as well.
 *
 * @param usual The offset if the instruction ends with the field.
 */
export function candidateOffsets(
  usual: number,
  bias: number,
  code: Uint8Array,
  field: number,
): readonly number[] {
  return bias === 0 || isWithoutImmediate(code, field)
    ? [usual]
    : [usual, usual + 1, usual + 2, usual + 4];
}

/** Opcodes after `0f` without an immediate operand: moves and arithmetic of vectors, `cmov`, `movzx`, `movsx`. */
const isPlainTwoByteOpcode = (opcode: number): boolean =>
  (opcode >= 0x10 && opcode <= 0x17) ||
  (opcode >= 0x28 && opcode <= 0x2f) ||
  (opcode >= 0x40 && opcode <= 0x6f) ||
  (opcode >= 0xd0 && opcode <= 0xfe) ||
  opcode === 0xb6 ||
  opcode === 0xb7 ||
  opcode === 0xbe ||
  opcode === 0xbf;

/** Whether the bytes before a field are those of `lea`, `mov` or such a vector instruction (Intel SDM, volume 2, appendix A). */
function isWithoutImmediate(code: Uint8Array, field: number): boolean {
  const modrm = code[field - 1];
  const opcode = code[field - 2];
  if (modrm === undefined || opcode === undefined || (modrm & 0xc7) !== 5) return false;
  if (code[field - 3] === 0x0f) return isPlainTwoByteOpcode(opcode);
  return opcode === 0x8d || opcode === 0x8b || opcode === 0x89;
}
