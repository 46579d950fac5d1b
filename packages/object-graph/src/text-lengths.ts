import * as elf from './elf/constants';
import type { ElfObject, RelocationColumns } from './elf/elf-object';
import type { NamedPlaces } from './named-places';
import type { PieceBounds } from './pieces';

/** A length of a text that a constant holds beside a pointer to that text. */
export interface TextLength {
  /** Offset in the piece of its eight bytes. */
  readonly offset: number;
  /** It counts the zero at the text's end, as that of a `CStr` does. */
  readonly countsZero: boolean;
}

/** A constant, and what it refers to. */
export interface ConstantPiece {
  readonly object: ElfObject;
  readonly section: number;
  readonly start: number;
  readonly end: number;
  /** Of the section. */
  readonly relocations: RelocationColumns;
  readonly bounds: PieceBounds;
}

/**
 * Where a constant keeps the length of a text with a place in it: eight bytes
 * right behind a pointer, which tell just how far it is from where that points to
 * the end of the text. So lie `&str`, slices of them, panic locations and
 * `tracing`'s metadata. Lengths elsewhere, above all in code, are not found.
 *
 * @returns By ascending offset.
 */
export function textLengths(piece: ConstantPiece, places: NamedPlaces): TextLength[] {
  const { object, section, start, end, relocations } = piece;
  const { count, offsets, types } = relocations;
  const content = object.content(section);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const lengths: TextLength[] = [];
  for (let index = 0; index < count; index++) {
    const offset = offsets[index]!;
    if (offset < start || offset >= end || types[index] !== pointerType(object.machine)) continue;
    const at = offset + POINTER_SIZE;
    const next = index + 1 < count ? offsets[index + 1]! : Infinity;
    const isFree =
      at + LENGTH_SIZE <= Math.min(end, content.length) &&
      (next === offset || next >= at + LENGTH_SIZE);
    if (!isFree || view.getUint32(at + 4, true) !== 0) continue;
    const rest = textFrom(piece, index);
    if (rest === undefined || rest.length === 0) continue;
    const beyond = view.getUint32(at, true) - rest.length;
    const countsZero = beyond === 0 && rest.at(-1) === 0;
    const isLength = beyond === 0 || (beyond === -1 && rest.at(-1) === 0);
    if (isLength && places.find(rest).length > 0) lengths.push({ offset: at - start, countsZero });
  }
  return lengths;
}

const POINTER_SIZE = 8;
const LENGTH_SIZE = 8;

/** An address of 64 bits: `R_X86_64_64` and `R_AARCH64_ABS64`. */
function pointerType(machine: number): number {
  return machine === elf.EM_AARCH64 ? 257 : 1;
}

/** The text that a pointer leads into, from there to its end. */
function textFrom(
  { object, relocations, bounds }: ConstantPiece,
  pointer: number,
): Uint8Array | undefined {
  const symbols = object.symbolTable();
  const symbol = relocations.symbols[pointer]!;
  const section = symbols.section(symbol);
  if (section < 0 || !object.sections.isLoaded(section)) return undefined;
  const { types, flags, sizes } = object.sections;
  if (types[section] === elf.SHT_NOBITS || (flags[section]! & elf.SHF_EXECINSTR) !== 0)
    return undefined;
  const start = symbols.value(symbol) + relocations.addends[pointer]!;
  if (start < 0 || start >= sizes[section]!) return undefined;
  const [, end] = bounds.at(section, start);
  return object.content(section).subarray(start, end);
}
