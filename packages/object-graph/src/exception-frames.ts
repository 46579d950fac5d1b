import { ByteReader } from './byte-reader';
import * as elf from './elf/constants';
import type { ElfObject, RelocationColumns } from './elf/elf-object';
import { ObjectGraphError } from './errors';
import { Float64List, Int32List } from './growing-array';

/** A section of frames: its bytes, and what they refer to. */
export interface FrameSection {
  readonly content: Uint8Array;
  readonly relocations: RelocationColumns;
}

/** Numbers that describe an entry: section, range of bytes `[start, end)`, range of relocations `[first, last)`. */
const ENTRY = { section: 0, start: 1, end: 2, first: 3, last: 4, stride: 5 } as const;

/**
 * How an object's functions are unwound, of its `.eh_frame` (LSB Core, "Exception
 * Frames"). A frame is two entries: what many functions have in common, and its own
 * part. The first reference of that is the code which the frame describes; the
 * others lead to the language-specific data, which names the landing pads: two
 * functions can have equal text and differ only there, or in the instructions by
 * which registers are found again.
 */
export class ExceptionFrames {
  readonly #sections: FrameSection[] = [];
  readonly #entries = new Float64List();
  /** Per frame: the common entry, its own one, and the next frame of the same code plus 1. */
  readonly #frames = new Int32List();
  /** Per section of code, its first frame and its last one, plus 1. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;

  /** @throws {ObjectGraphError} `MALFORMED_OBJECT`, `TRUNCATED` or `UNSUPPORTED_OBJECT`. */
  constructor(object: ElfObject) {
    this.#first = new Int32Array(object.sectionCount);
    this.#last = new Int32Array(object.sectionCount);
    const { types } = object.sections;
    for (let index = 1; index < object.sectionCount; index++) {
      const isCandidate =
        types[index] === elf.SHT_PROGBITS || types[index] === elf.SHT_X86_64_UNWIND;
      if (isCandidate && object.sectionNameStartsWith(index, '.eh_frame\0'))
        this.#readSection(object, index);
    }
  }

  /** The first frame of a section of code; -1 for none. */
  firstOf(section: number): number {
    return this.#first[section]! - 1;
  }

  /** The next frame of the same code; -1 for none. */
  next(frame: number): number {
    return this.#frames.at(frame * 3 + 2) - 1;
  }

  /** The entry that a frame shares with others. */
  commonEntry(frame: number): number {
    return this.#frames.at(frame * 3);
  }

  /** The entry that is a frame's own. */
  ownEntry(frame: number): number {
    return this.#frames.at(frame * 3 + 1);
  }

  /** The section of an entry. */
  section(entry: number): FrameSection {
    return this.#sections[this.#field(entry, ENTRY.section)]!;
  }

  /**
   * Where an entry's bytes begin in its section: behind the pointer to the entry
   * that it belongs to, which tells where it stands. Relocated fields are zero.
   */
  start(entry: number): number {
    return this.#field(entry, ENTRY.start);
  }

  /** Where an entry's bytes end, without the zeros (DW_CFA_nop) that fill it up. */
  end(entry: number): number {
    return this.#field(entry, ENTRY.end);
  }

  /** The first of an entry's relocations. */
  firstRelocation(entry: number): number {
    return this.#field(entry, ENTRY.first);
  }

  /** The first relocation behind those of an entry. */
  lastRelocation(entry: number): number {
    return this.#field(entry, ENTRY.last);
  }

  #field(entry: number, which: number): number {
    return this.#entries.at(entry * ENTRY.stride + which);
  }

  #readSection(object: ElfObject, index: number): void {
    const content = object.content(index);
    const reader = new ByteReader(content, `${object.name} (.eh_frame)`);
    const relocations = object.keptRelocations(index);
    const { count, offsets } = relocations;
    const section = this.#sections.push({ content, relocations }) - 1;
    const common = new Map<number, number>();
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
      const id = reader.u32(idAt);
      reader.range(Math.min(start, end), end);
      const first = next;
      while (next < count && offsets[next]! < end) next++;
      const entry = this.#entries.length / ENTRY.stride;
      this.#entries.push(section);
      this.#entries.push(start);
      this.#entries.push(withoutPadding(content, start, end));
      this.#entries.push(first);
      this.#entries.push(next);
      if (id === 0) {
        common.set(at, entry);
      } else {
        const owner = common.get(idAt - id);
        if (owner === undefined) throw malformed(object, at, 'has no entry that it belongs to');
        this.#addFrame(object, at, owner, entry);
      }
      at = end;
    }
  }

  #addFrame(object: ElfObject, at: number, owner: number, entry: number): void {
    const { offsets, symbols } = this.section(entry).relocations;
    const code = this.firstRelocation(entry);
    // Nothing is known to be described then.
    if (code === this.lastRelocation(entry)) return;
    const section = object.symbolTable().section(symbols[code]!);
    if (offsets[code] !== this.start(entry) || section < 0)
      throw malformed(object, at, 'does not tell whose code it describes');
    const frame = this.#frames.length / 3;
    this.#frames.push(owner);
    this.#frames.push(entry);
    this.#frames.push(0);
    const last = this.#last[section]!;
    if (last === 0) this.#first[section] = frame + 1;
    else this.#frames.set((last - 1) * 3 + 2, frame + 1);
    this.#last[section] = frame + 1;
  }
}

function withoutPadding(content: Uint8Array, start: number, end: number): number {
  let used = Math.max(start, end);
  while (used > start && content[used - 1] === 0) used--;
  return used;
}

/** Size of an entry's length, and of the pointer that follows it. */
const ID_SIZE = 4;

function malformed(object: ElfObject, at: number, problem: string): ObjectGraphError {
  return new ObjectGraphError(
    'MALFORMED_OBJECT',
    `${object.name}: the frame in .eh_frame at ${at} ${problem}`,
  );
}
