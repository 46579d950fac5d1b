import type { RelocationColumns } from './elf/elf-object';
import { relocationAt } from './relocation-at';

/**
 * `handedTo` for aarch64. An address takes two instructions, each with a
 * relocation of its own: `adrp register, address`, which gives its page, and
 * `add register, register, :lo12:address`; or one `adr` in the tiny code model.
 * Each is followed by itself, so that both must lead to the call.
 */
export function handedToByAarch64(
  code: Uint8Array,
  relocations: RelocationColumns,
  index: number,
): number | undefined {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const { offsets, types, symbols, addends } = relocations;
  const loading = instructionAt(view, offsets[index]!);
  if (loading === undefined) return undefined;
  const register = loading & 31;
  if (register > LAST_ARGUMENT_OR_SCRATCH) return undefined;
  let isPage = PAGE_RELOCATIONS.has(types[index]!) && matches(loading, 0x9f000000, 0x90000000);
  if (!isPage && !givesAddress(loading, types[index]!)) return undefined;

  const functionPointers = new Map<number, number>();
  let at = offsets[index]! + 4;
  for (let count = 0; count < MAXIMUM_INSTRUCTIONS; count++) {
    const instruction = instructionAt(view, at);
    if (instruction === undefined) return undefined;
    const field = relocationAt(relocations, at);
    // A branch leaves the code exactly if a relocation says where to.
    const isBranch = matches(instruction, 0xfc000000, 0x14000000);
    if (isBranch && field === undefined) {
      at += (instruction << 6) >> 4;
      continue;
    }
    if (isBranch || matches(instruction, 0xfc000000, 0x94000000)) return isPage ? undefined : field;
    // `br` and `blr`; what an unknown pointer leads to may keep more registers than usual.
    if (matches(instruction, 0xffdffc1f, 0xd61f0000))
      return isPage ? undefined : functionPointers.get((instruction >>> 5) & 31);

    const registers = generalRegisters(instruction);
    if (registers === undefined) return undefined;
    if ((registers & (1 << register)) !== 0) {
      const isCompleted =
        isPage &&
        field !== undefined &&
        givesAddress(instruction, types[field]!) &&
        symbols[field] === symbols[index] &&
        addends[field] === addends[index] &&
        (instruction & 31) === register &&
        ((instruction >>> 5) & 31) === register;
      if (!isCompleted) return undefined;
      isPage = false;
    }
    for (const used of functionPointers.keys())
      if ((registers & (1 << used)) !== 0) functionPointers.delete(used);
    const loadsPointer =
      field !== undefined &&
      types[field] === LD64_GOT_LO12_NC &&
      matches(instruction, 0xffc00000, 0xf9400000);
    if (loadsPointer) functionPointers.set(instruction & 31, field);
    at += 4;
  }
  return undefined;
}

const MAXIMUM_INSTRUCTIONS = 32;
/** x0 to x15. x16 and x17 may change on the way to a function (AAPCS64, section 6.1.1); from x18 on they are not free. */
const LAST_ARGUMENT_OR_SCRATCH = 15;
/** Relocation types (AAELF64, section 5.7): ADR_PREL_PG_HI21 with and without check. */
const PAGE_RELOCATIONS = new Set([275, 276]);
const ADR_PREL_LO21 = 274;
const ADD_ABS_LO12_NC = 277;
const LD64_GOT_LO12_NC = 312;

/** Whether an instruction leaves the whole address in its destination: `add` of the lower bits, or `adr`. */
function givesAddress(instruction: number, type: number): boolean {
  return type === ADD_ABS_LO12_NC
    ? matches(instruction, 0xffc00000, 0x91000000)
    : type === ADR_PREL_LO21 && matches(instruction, 0x9f000000, 0x10000000);
}

function instructionAt(view: DataView, at: number): number | undefined {
  return at < 0 || at % 4 !== 0 || at + 4 > view.byteLength ? undefined : view.getUint32(at, true);
}

/**
 * The general registers that an instruction may read or write, as bits; some
 * more where telling them apart has no use. `undefined` for branches and for
 * instructions that are not among the usual ones (Arm ARM, section C4.1).
 */
function generalRegisters(instruction: number): number | undefined {
  const first = 1 << (instruction & 31);
  const second = 1 << ((instruction >>> 5) & 31);
  const third = 1 << ((instruction >>> 16) & 31);
  const fourth = 1 << ((instruction >>> 10) & 31);
  // Hints: nop, landing pads and signing of return addresses, which touch x16, x17 and x30 only.
  if (matches(instruction, 0xfffff01f, 0xd503201f)) return 0;
  // Reading a system register, such as that of thread-local storage.
  if (matches(instruction, 0xfff00000, 0xd5300000)) return first;
  // With an immediate operand: adr and adrp, moves, extr, then arithmetic, logic and bit fields.
  if (matches(instruction, 0x1f000000, 0x10000000)) return first;
  if (matches(instruction, 0x1f800000, 0x12800000)) return first;
  if (matches(instruction, 0x1f800000, 0x13800000)) return first | second | third;
  if (matches(instruction, 0x1c000000, 0x10000000)) return first | second;
  // Of registers: multiply and add with four, all others with three.
  if (matches(instruction, 0x1f000000, 0x1b000000)) return first | second | third | fourth;
  if (matches(instruction, 0x0e000000, 0x0a000000)) return first | second | third;
  // Of vectors and floating point, counted as if they were general registers.
  if (matches(instruction, 0x0e000000, 0x0e000000)) return first | second | third;
  // Loads and stores: of pairs, of literals, with an immediate offset of either kind, with an index.
  if (matches(instruction, 0x3a000000, 0x28000000)) return first | second | fourth;
  if (matches(instruction, 0x3b000000, 0x18000000)) return first;
  if (matches(instruction, 0x3b000000, 0x39000000)) return first | second;
  if (matches(instruction, 0x3b200000, 0x38000000)) return first | second;
  if (matches(instruction, 0x3b200c00, 0x38200800)) return first | second | third;
  return undefined;
}

function matches(instruction: number, mask: number, value: number): boolean {
  return (instruction & mask) >>> 0 === value;
}
