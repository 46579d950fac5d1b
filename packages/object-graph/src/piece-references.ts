import type { DigestInput } from './digest-input';
import * as elf from './elf/constants';
import { ABSOLUTE, UNDEFINED } from './elf/elf-object';
import type { ElfObject, RelocationColumns } from './elf/elf-object';
import { ObjectGraphError } from './errors';
import { ExceptionFrames } from './exception-frames';
import { Int32List } from './growing-array';
import { handedTo } from './location-handoff';
import type { ObjectNames } from './object-names';
import type { ObjectPieces } from './object-pieces';
import { PIECE } from './object-table';
import { candidateDistances, pcBias } from './pieces';
import { firstAt } from './relocation-at';
import { isGivenByCompiler } from './static-names';
import type { TableColumns } from './table-columns';

/** What the references of an object's pieces are read with. */
export interface ReferenceContext {
  readonly object: ElfObject;
  readonly pieces: ObjectPieces;
  readonly names: ObjectNames;
  readonly columns: TableColumns;
  readonly input: DigestInput;
}

/**
 * Reads what the pieces of an object refer to: each reference goes to the columns,
 * and all else that a relocation says to the digest's input.
 */
export class PieceReferences {
  /** Pieces that choose a function without a global name when the process starts. */
  readonly resolvers = new Set<number>();
  readonly #object: ElfObject;
  readonly #pieces: ObjectPieces;
  readonly #names: ObjectNames;
  readonly #columns: TableColumns;
  readonly #input: DigestInput;
  /** What is wrong with them, where that is so: it matters if any code is reached. */
  readonly #frames: ExceptionFrames | ObjectGraphError;
  /** Per symbol, plus 1: its index in `externals`. */
  readonly #externals: Int32Array;
  /** Per relocation of the piece at hand, where its references begin. */
  readonly #firsts = new Int32List();

  constructor({ object, pieces, names, columns, input }: ReferenceContext) {
    this.#object = object;
    this.#pieces = pieces;
    this.#names = names;
    this.#columns = columns;
    this.#input = input;
    this.#frames = framesOf(object);
    this.#externals = new Int32Array(object.symbols?.count ?? 0);
  }

  /** The index in `externals` of a symbol that other objects may define. */
  externalOf(symbol: number): number {
    const known = this.#externals[symbol]!;
    if (known > 0) return known - 1;
    const { externals } = this.#columns;
    const index = externals.length / 2;
    const isWeak = this.#object.symbolTable().binding(symbol) === elf.STB_WEAK;
    externals.push(this.#names.of(symbol));
    externals.push(isWeak ? 1 : 0);
    this.#externals[symbol] = index + 1;
    return index;
  }

  /**
   * Follows the references of a section's bytes `[start, end)`.
   *
   * @param code The section's content if it is code.
   */
  follow(
    relocations: RelocationColumns,
    start: number,
    end: number,
    code: Uint8Array | undefined,
  ): void {
    const { count, offsets, types, symbols, addends } = relocations;
    const { references } = this.#columns;
    const firsts = this.#firsts;
    firsts.length = 0;
    let loadsLocation = false;
    for (
      let number = start === 0 ? 0 : firstAt(relocations, start);
      number < count && offsets[number]! < end;
      number++
    ) {
      const first = references.length;
      firsts.push(first);
      const symbol = symbols[number]!;
      this.#followOne(offsets[number]! - start, types[number]!, symbol, addends[number]!, code);
      loadsLocation ||= code !== undefined && this.#mayBeLocation(first, symbol);
    }
    firsts.push(references.length);
    if (code !== undefined && loadsLocation) this.#findHandoffs(code, relocations);
  }

  /** Counts how a function is unwound, and follows what then runs. */
  followFrames(section: number): void {
    const frames = this.#frames;
    if (frames instanceof ObjectGraphError) throw frames;
    this.#input.text('unwind');
    for (let frame = frames.firstOf(section); frame >= 0; frame = frames.next(frame)) {
      this.#followFrameEntry(frames, frames.commonEntry(frame), 0);
      // The first reference of a frame is the code itself.
      this.#followFrameEntry(frames, frames.ownEntry(frame), 1);
    }
  }

  #followFrameEntry(frames: ExceptionFrames, entry: number, skipped: number): void {
    const { content, relocations } = frames.section(entry);
    const { offsets, types, symbols, addends } = relocations;
    const start = frames.start(entry);
    this.#input.bytes(content, start, frames.end(entry));
    const last = frames.lastRelocation(entry);
    for (let number = frames.firstRelocation(entry) + skipped; number < last; number++) {
      const offset = offsets[number]! - start;
      this.#followOne(offset, types[number]!, symbols[number]!, addends[number]!, undefined);
    }
  }

  #followOne(
    offset: number,
    type: number,
    symbol: number,
    addend: number,
    code: Uint8Array | undefined,
  ): void {
    const input = this.#input;
    input.number(offset);
    input.number(type);
    const symbols = this.#object.symbolTable();
    const section = symbol === 0 ? ABSOLUTE : symbols.section(symbol);
    const isLocal = symbol === 0 || symbols.binding(symbol) === elf.STB_LOCAL;
    // The value of a global one may be another object's: it is looked up like any name.
    if (section === ABSOLUTE && isLocal) {
      input.text(`absolute ${symbol === 0 ? 0 : symbols.value(symbol)}`);
      input.number(addend);
      return;
    }
    if (!isLocal || section === UNDEFINED) {
      input.number(0);
      input.number(addend);
      this.#columns.references.push(~this.externalOf(symbol));
    } else if (section >= 0 && this.#object.isMergeable(section)) {
      this.#followIntoMergeable(offset, type, symbol, addend, code);
    } else {
      const piece = this.#pieces.ofSymbol(symbol);
      const isIndirect = symbols.type(symbol) === elf.STT_GNU_IFUNC;
      if (isIndirect) this.resolvers.add(piece);
      input.number(isIndirect ? 1 : 0);
      input.number(this.#pieces.offset(symbol, piece) + addend);
      this.#columns.references.push(piece);
    }
  }

  #followIntoMergeable(
    at: number,
    type: number,
    symbol: number,
    addend: number,
    code: Uint8Array | undefined,
  ): void {
    const object = this.#object;
    const symbols = object.symbolTable();
    const section = symbols.section(symbol);
    const value = symbols.value(symbol);
    const raw = value + addend;
    const { references } = this.#columns;
    const first = references.length;
    if (symbols.type(symbol) === elf.STT_SECTION) {
      const bias = code === undefined ? 0 : pcBias(object.machine, type);
      const distances = candidateDistances(bias, code ?? NO_BYTES, at);
      for (let number = 0; number < distances.length; number++)
        this.#addCandidate(section, raw + bias + distances[number]!, first);
    } else {
      this.#addCandidate(section, value, first);
    }
    const count = references.length - first;
    if (count === 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${object.name}: a reference to ${raw} in ${object.sectionName(section)}, which has ${object.sections.sizes[section]!} bytes`,
      );
    }
    for (let index = first; index < first + count; index++) {
      // Never an indirect function: said as for other targets, for the same constant may be named elsewhere.
      this.#input.number(0);
      this.#input.number(raw - this.#pieces.start(references.at(index)));
    }
    if (count > 1) this.#input.text(`one of ${count}`);
  }

  /** Adds the piece at an offset of a mergeable section, if there is one, unless a reference from `first` on leads to it. */
  #addCandidate(section: number, offset: number, first: number): void {
    if (!(offset >= 0 && offset < this.#object.sections.sizes[section]!)) return;
    const piece = this.#pieces.at(section, offset);
    const { references } = this.#columns;
    for (let index = first; index < references.length; index++)
      if (references.at(index) === piece) return;
    references.push(piece);
  }

  /** Whether the first of a relocation's references may lead to a location: one of this object, or one that became visible to others. */
  #mayBeLocation(reference: number, symbol: number): boolean {
    const { references } = this.#columns;
    if (reference === references.length) return false;
    const meant = references.at(reference);
    return meant >= 0
      ? (this.#pieces.flags(meant) & PIECE.location) !== 0
      : isGivenByCompiler(this.#object.symbolTable(), symbol);
  }

  #findHandoffs(code: Uint8Array, relocations: RelocationColumns): void {
    const { machine } = this.#object;
    const { references, handoffs } = this.#columns;
    const { count, types, symbols, addends } = relocations;
    for (let index = 0; index < count; index++) {
      const reference = this.#firsts.at(index);
      const symbol = symbols[index]!;
      if (!this.#mayBeLocation(reference, symbol)) continue;
      const meant = references.at(reference);
      // Of another object's location, where the symbol stands in it is known when all objects are.
      const offset = meant < 0 ? 0 : this.#pieces.offset(symbol, meant);
      if (offset + addends[index]! + pcBias(machine, types[index]!) !== 0) continue;
      const called = handedTo(machine, code, relocations, index);
      if (called === undefined) continue;
      const first = this.#firsts.at(called);
      handoffs.push(reference);
      handoffs.push(first);
      handoffs.push(this.#firsts.at(called + 1) - first);
    }
  }
}

const NO_BYTES = new Uint8Array(0);

function framesOf(object: ElfObject): ExceptionFrames | ObjectGraphError {
  try {
    return new ExceptionFrames(object);
  } catch (error) {
    if (error instanceof ObjectGraphError) return error;
    throw error;
  }
}
