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
  const content = object.elf.content(index);
  const isEnd = (at: number) => {
    for (let byte = at; byte < at + width; byte++) if (content[byte] !== 0) return false;
    return true;
  };
  let start = entry;
  while (start >= width && !isEnd(start - width)) start -= width;
  let end = entry;
  while (end < section.size && !isEnd(end)) end += width;
  return [start, Math.min(end + width, section.size)];
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
