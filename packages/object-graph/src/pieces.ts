import * as elf from './elf/constants';
import type { ElfObject } from './elf/elf-object';

/**
 * Cuts the sections of one object into pieces. A piece is the smallest part of
 * a section that a reference can mean: a whole section (one function, one
 * constant, one static), or one string or entry of a mergeable section, whose
 * neighbours belong to other code.
 */
export class PieceBounds {
  readonly #object: ElfObject;
  /** Where the strings of a section begin, found once: many references may lead into one long string. */
  readonly #stringStarts = new Map<number, readonly number[]>();

  constructor(object: ElfObject) {
    this.#object = object;
  }

  /** The piece of a section that holds an offset, as `[start, end)`. */
  at(section: number, offset: number): readonly [start: number, end: number] {
    const { sizes, entrySizes, flags } = this.#object.sections;
    const size = sizes[section]!;
    if (!this.#object.isMergeable(section) || offset < 0 || offset >= size) return [0, size];
    const width = entrySizes[section]!;
    if ((flags[section]! & elf.SHF_STRINGS) === 0) {
      const entry = Math.floor(offset / width) * width;
      return [entry, Math.min(entry + width, size)];
    }
    const starts = this.#startsOf(section, width);
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return [starts[low]!, starts[low + 1] ?? size];
  }

  #startsOf(section: number, width: number): readonly number[] {
    let starts = this.#stringStarts.get(section);
    if (starts === undefined) {
      const content = this.#object.content(section);
      const found = [0];
      for (let at = endOfString(content, 0, width); at < content.length;) {
        found.push(at);
        at = endOfString(content, at, width);
      }
      starts = found;
      this.#stringStarts.set(section, starts);
    }
    return starts;
  }
}

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
 * How much further than usual a reference into a mergeable section may lead. How
 * far the field lies before the end of its instruction is not recorded, and an
 * immediate operand of 1, 2 or 4 bytes moves it: unless the instruction is one
 * without an immediate, all that other distances would mean count as well.
 *
 * @param bias See {@link pcBias}.
 */
export function candidateDistances(
  bias: number,
  code: Uint8Array,
  field: number,
): readonly number[] {
  return bias === 0 || isWithoutImmediate(code, field) ? NO_DISTANCE : DISTANCES;
}

const NO_DISTANCE = [0];
const DISTANCES = [0, 1, 2, 4];

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
