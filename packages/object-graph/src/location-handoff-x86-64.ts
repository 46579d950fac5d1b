import type { RelocationColumns } from './elf/elf-object';
import { relocationAt } from './relocation-at';

/**
 * `handedTo` for x86_64: `lea register, [rip + address]`, then only instructions
 * that do not touch that register, then a call (psABI, figure 3.4).
 */
export function handedToByX86(
  code: Uint8Array,
  relocations: RelocationColumns,
  index: number,
): number | undefined {
  const register = loadedRegister(code, relocations.offsets[index]!);
  if (register === undefined || !CALLER_SAVED.has(register)) return undefined;
  const functionPointers = new Map<number, number>();
  let at = relocations.offsets[index]! + 4;
  for (let count = 0; count < MAXIMUM_INSTRUCTIONS; count++) {
    const instruction = decode(code, at);
    if (instruction === undefined) return undefined;
    const { registers, end, kind } = instruction;
    if (kind === 'jump') {
      at = instruction.target!;
      continue;
    }
    const field = relocationAt(relocations, end - 4);
    if (kind === 'call') return field;
    if (kind === 'call register') return functionPointers.get(registers[0]!);
    if (registers.includes(register)) return undefined;
    for (const used of registers) functionPointers.delete(used);
    if (kind === 'load' && field !== undefined && GOT_RELOCATIONS.has(relocations.types[field]!)) {
      functionPointers.set(registers[0]!, field);
    }
    at = end;
  }
  return undefined;
}

const MAXIMUM_INSTRUCTIONS = 32;
/** rax, rcx, rdx, rsi, rdi and r8 to r11. */
const CALLER_SAVED = new Set([0, 1, 2, 6, 7, 8, 9, 10, 11]);
/** R_X86_64_GOTPCREL, R_X86_64_GOTPCRELX and R_X86_64_REX_GOTPCRELX. */
const GOT_RELOCATIONS = new Set([9, 41, 42]);

/** The register of a `lea register, [rip + field]`, told by the three bytes before its field. */
function loadedRegister(code: Uint8Array, field: number): number | undefined {
  const [rex, opcode, modrm] = [code[field - 3], code[field - 2], code[field - 1]];
  if (
    opcode !== 0x8d ||
    modrm === undefined ||
    (modrm & 0xc7) !== 5 ||
    (rex !== 0x48 && rex !== 0x4c)
  )
    return undefined;
  return ((modrm >> 3) & 7) | (rex === 0x4c ? 8 : 0);
}

interface Instruction {
  readonly kind: 'other' | 'load' | 'jump' | 'call' | 'call register';
  /** Numbers of all general registers that it may read or write; vector registers are counted as if they were such. */
  readonly registers: readonly number[];
  /** Offset of the next instruction. */
  readonly end: number;
  readonly target?: number;
}

/** Opcodes of two bytes (`0f xx`) that only move, convert or combine their operands. */
const TWO_BYTE_OPCODES = new Set([
  0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x1f, 0x28, 0x29, 0x54, 0x57, 0x6e, 0x6f, 0x7e, 0x7f,
  0xb6, 0xb7, 0xbe, 0xbf, 0xd6, 0xef,
]);

/** Decodes one of the instructions that set up arguments (Intel SDM, volume 2, chapter 2 and appendix A). */
function decode(code: Uint8Array, start: number): Instruction | undefined {
  let at = start;
  let isShort = false;
  for (; code[at] === 0x66 || code[at] === 0xf2 || code[at] === 0xf3; at++)
    isShort ||= code[at] === 0x66;
  const rex = (code[at]! & 0xf0) === 0x40 ? code[at++]! : 0;
  const opcode = code[at++];
  if (opcode === undefined) return undefined;
  const immediate = isShort ? 2 : 4;
  const inOpcode = (opcode & 7) | ((rex & 1) << 3);

  if (opcode === 0xe8) return { kind: 'call', registers: [], end: at + 4 };
  if (opcode === 0xeb && at < code.length) {
    return { kind: 'jump', registers: [], end: at + 1, target: at + 1 + ((code[at]! << 24) >> 24) };
  }
  if (opcode >= 0x50 && opcode <= 0x57) return { kind: 'other', registers: [inOpcode], end: at };
  if (opcode === 0x90) return { kind: 'other', registers: [], end: at };
  if (opcode >= 0xb0 && opcode <= 0xb7)
    return { kind: 'other', registers: [inOpcode], end: at + 1 };
  if (opcode >= 0xb8 && opcode <= 0xbf) {
    return { kind: 'other', registers: [inOpcode], end: at + ((rex & 8) !== 0 ? 8 : immediate) };
  }
  if (opcode === 0x0f) {
    const second = code[at++];
    if (
      second === undefined ||
      !(TWO_BYTE_OPCODES.has(second) || (second & 0xe0) === 0x40 || (second & 0xf0) === 0x90)
    )
      return undefined;
    // 0x50 to 0x5f are vector arithmetic; 0x40 to 0x4f cmov and 0x90 to 0x9f setcc.
    return operands(code, at, rex, 0, 'other');
  }
  if (opcode === 0xff) {
    const modrm = code[at];
    if (modrm === undefined || ((modrm >> 3) & 7) !== 2) return undefined;
    if (modrm === 0x15) return { kind: 'call', registers: [], end: at + 5 };
    return modrm >> 6 === 3
      ? { kind: 'call register', registers: [(modrm & 7) | ((rex & 1) << 3)], end: at + 1 }
      : undefined;
  }
  if (opcode < 0x40 && (opcode & 7) < 4) return operands(code, at, rex, 0, 'other');
  if (opcode < 0x40 && (opcode & 7) === 4) return { kind: 'other', registers: [0], end: at + 1 };
  if (opcode < 0x40 && (opcode & 7) === 5)
    return { kind: 'other', registers: [0], end: at + immediate };
  if (opcode === 0x8b) return operands(code, at, rex, 0, 'load');
  if ((opcode >= 0x84 && opcode <= 0x8d && opcode !== 0x8c) || opcode === 0x63)
    return operands(code, at, rex, 0, 'other');
  if (opcode === 0xc6 || opcode === 0x80 || opcode === 0x83 || opcode === 0xc0 || opcode === 0xc1)
    return operands(code, at, rex, 1, 'other');
  if (opcode === 0xc7 || opcode === 0x81) return operands(code, at, rex, immediate, 'other');
  return undefined;
}

/** Reads a ModRM byte with all that belongs to it (Intel SDM, volume 2, section 2.1.5). */
function operands(
  code: Uint8Array,
  at: number,
  rex: number,
  immediate: number,
  kind: 'other' | 'load',
): Instruction | undefined {
  const modrm = code[at++];
  if (modrm === undefined) return undefined;
  const mode = modrm >> 6;
  const registers = [((modrm >> 3) & 7) | ((rex & 4) << 1)];
  const base = modrm & 7;
  if (mode === 3) {
    registers.push(base | ((rex & 1) << 3));
  } else if (base === 4) {
    const sib = code[at++];
    if (sib === undefined) return undefined;
    const index = ((sib >> 3) & 7) | ((rex & 2) << 2);
    if (index !== 4) registers.push(index);
    if (mode === 0 && (sib & 7) === 5) at += 4;
    else registers.push((sib & 7) | ((rex & 1) << 3));
  } else if (mode === 0 && base === 5) {
    at += 4;
  } else {
    registers.push(base | ((rex & 1) << 3));
  }
  if (mode === 1) at += 1;
  if (mode === 2) at += 4;
  const end = at + immediate;
  return end > code.length ? undefined : { kind: mode === 3 ? 'other' : kind, registers, end };
}
