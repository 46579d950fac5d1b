import { ByteReader } from './byte-reader';
import * as elf from './elf/constants';
import type { ElfObject, Relocation } from './elf/elf-object';
import { ObjectGraphError } from './errors';

/** One entry of `.eh_frame`: what it says, and what it refers to. */
export interface FrameEntry {
  /**
   * Its bytes without the pointer to the entry that it belongs to, which tells
   * where it stands. Relocated fields are zero.
   */
  readonly bytes: Uint8Array;
  /** By ascending offset, from the beginning of `bytes`. */
  readonly relocations: readonly Relocation[];
}

/** How a function is unwound: what many functions have in common, then its own part. */
export type Frame = readonly [common: FrameEntry, own: FrameEntry];

/** For each code section, the frames that describe it. */
export type ExceptionFrames = ReadonlyMap<number, readonly Frame[]>;

/**
 * Reads an object's `.eh_frame` (LSB Core, "Exception Frames"). A frame's
 * first reference is the code that it describes; the others lead to the
 * language-specific data, which names the landing pads: two functions can have
 * equal text and differ only there, or in the instructions by which registers
 * are found again.
 */
export function exceptionFrames(object: ElfObject): ExceptionFrames {
  const frames = new Map<number, Frame[]>();
  const { types } = object.sections;
  for (let index = 1; index < object.sectionCount; index++) {
    const isCandidate = types[index] === elf.SHT_PROGBITS || types[index] === elf.SHT_X86_64_UNWIND;
    if (isCandidate && object.sectionNameStartsWith(index, '.eh_frame\0'))
      readFrames(object, index, frames);
  }
  return frames;
}

function readFrames(object: ElfObject, index: number, frames: Map<number, Frame[]>): void {
  const content = object.content(index);
  const reader = new ByteReader(content, `${object.name} (.eh_frame)`);
  const { count, offsets, types, symbols, addends } = object.relocations(index);
  const common = new Map<number, FrameEntry>();
  let next = 0;
  for (let at = 0; at < content.length;) {
    const length = reader.u32(at);
    if (length === 0) {
      at += 4;
      continue;
    }
    if (length === 0xffffffff) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${object.name}: a 64-bit frame in .eh_frame at ${at}`,
      );
    }
    const idAt = at + ID_SIZE;
    const start = idAt + ID_SIZE;
    const end = idAt + length;
    const relocations: Relocation[] = [];
    const id = reader.u32(idAt);
    const bytes = withoutPadding(reader.range(Math.min(start, end), end));
    for (; next < count && offsets[next]! < end; next++) {
      relocations.push({
        offset: offsets[next]! - start,
        type: types[next]!,
        symbol: symbols[next]!,
        addend: addends[next]!,
      });
    }
    if (id === 0) {
      common.set(at, { bytes, relocations });
    } else {
      const owner = common.get(idAt - id);
      if (owner === undefined) throw malformed(object, at, 'has no entry that it belongs to');
      addFrame(object, at, [owner, { bytes, relocations }], frames);
    }
    at = end;
  }
}

function addFrame(object: ElfObject, at: number, frame: Frame, frames: Map<number, Frame[]>): void {
  const [code] = frame[1].relocations;
  // Nothing is known to be described then.
  if (code === undefined) return;
  const section = object.symbolTable().section(code.symbol);
  if (code.offset !== 0 || section < 0)
    throw malformed(object, at, 'does not tell whose code it describes');
  const known = frames.get(section);
  if (known === undefined) frames.set(section, [frame]);
  else known.push(frame);
}

/** Without the zeros (DW_CFA_nop) that fill an entry up. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

/** Of an entry's length, and of the pointer that follows it. */
const ID_SIZE = 4;

function malformed(object: ElfObject, at: number, problem: string): ObjectGraphError {
  return new ObjectGraphError(
    'MALFORMED_OBJECT',
    `${object.name}: the frame in .eh_frame at ${at} ${problem}`,
  );
}
