import * as elf from './elf/constants';
import { COMMON } from './elf/elf-object';
import type { ElfObject } from './elf/elf-object';
import type { NamesWith } from './elf/symbol-table';
import { ObjectGraphError } from './errors';
import { Float64List, Int32List } from './growing-array';
import type { ObjectNames } from './object-names';
import { PIECE } from './object-table';
import { isPanicLocation, LOCATION_SIZE } from './panic-location';
import { PieceBounds } from './pieces';
import { sectionLabel } from './section-roles';
import { namesStatic, namingSymbols } from './static-names';
import { codeRole, ROLE_TEXTS } from './symbol-name';
import type { TableColumns } from './table-columns';

/**
 * The pieces of one object, numbered in the order in which they are asked for:
 * whole sections, parts of mergeable ones, and common symbols.
 */
export class ObjectPieces {
  readonly bounds: PieceBounds;
  readonly #object: ElfObject;
  readonly #columns: TableColumns;
  readonly #names: ObjectNames;
  readonly #naming: Int32Array;
  readonly #withRole: NamesWith | undefined;
  readonly #sections = new Int32List();
  readonly #starts = new Float64List();
  /** Piece of each section that is one piece, plus 1. */
  readonly #whole: Int32Array;
  /** Per mergeable section, its pieces by where they begin. */
  readonly #parts = new Map<number, Map<number, number>>();
  /** Pieces of common symbols. */
  readonly #common = new Map<number, number>();

  /** @param columns Pieces are added to them. */
  constructor(object: ElfObject, columns: TableColumns, names: ObjectNames) {
    this.#object = object;
    this.#columns = columns;
    this.#names = names;
    this.bounds = new PieceBounds(object);
    this.#naming = namingSymbols(object);
    this.#withRole = object.symbols?.namesWith(ROLE_TEXTS);
    this.#whole = new Int32Array(object.sectionCount);
  }

  get count(): number {
    return this.#sections.length;
  }

  /** The section of a piece; `COMMON` for a common symbol. */
  section(piece: number): number {
    return this.#sections.at(piece);
  }

  /** Where a piece begins in its section; the symbol of a common one. */
  start(piece: number): number {
    return this.#starts.at(piece);
  }

  /** In bytes. */
  size(piece: number): number {
    return this.#columns.pieceSizes.at(piece);
  }

  /** Bits of `PIECE`. */
  flags(piece: number): number {
    return this.#columns.pieceFlags.at(piece);
  }

  addFlags(piece: number, flags: number): void {
    this.#columns.pieceFlags.set(piece, this.flags(piece) | flags);
  }

  /** The piece of a section that is not cut. */
  whole(section: number): number {
    const known = this.#whole[section]!;
    if (known > 0) return known - 1;
    const symbol = this.#naming[section]!;
    let flags = this.#sectionFlags(section);
    const isPlace =
      (flags & PIECE.writable) !== 0 ||
      ((flags & PIECE.code) === 0 && symbol !== 0 && namesStatic(this.#object.symbols!, symbol));
    if (isPlace) flags |= PIECE.place;
    if ((flags & PIECE.code) !== 0 && symbol !== 0 && this.#withRole!.has(symbol))
      flags |= codeRole(this.#object.symbolTable().name(symbol));
    const piece = this.#add(section, 0, this.#object.sections.sizes[section]!, flags, symbol);
    this.#whole[section] = piece + 1;
    return piece;
  }

  /** The piece that holds an offset of a section. */
  at(section: number, offset: number): number {
    if (!this.#object.isMergeable(section)) return this.whole(section);
    const bounds = this.#boundsAt(section, offset);
    // Reading the whole section says what is wrong with it.
    if (bounds === undefined) return this.whole(section);
    const [start, end] = bounds;
    let parts = this.#parts.get(section);
    if (parts === undefined) {
      parts = new Map();
      this.#parts.set(section, parts);
    }
    let piece = parts.get(start);
    if (piece === undefined) {
      // The linker merges equal pieces, so a mergeable one is never a place of its own.
      piece = this.#add(section, start, end - start, this.#sectionFlags(section), 0);
      parts.set(start, piece);
    }
    return piece;
  }

  /** The piece that a symbol stands in. A common symbol is a piece by itself: it is the same whatever a reference adds to it. */
  ofSymbol(symbol: number): number {
    const symbols = this.#object.symbolTable();
    const section = symbols.section(symbol);
    if (section !== COMMON) return this.at(section, symbols.value(symbol));
    let piece = this.#common.get(symbol);
    if (piece === undefined) {
      const flags = PIECE.writable | PIECE.place;
      piece = this.#add(COMMON, symbol, symbols.size(symbol), flags, symbol);
      this.#common.set(symbol, piece);
    }
    return piece;
  }

  /** Where a symbol stands in its piece. */
  offset(symbol: number, piece: number): number {
    return this.section(piece) === COMMON
      ? 0
      : this.#object.symbolTable().value(symbol) - this.start(piece);
  }

  /** The pieces of a section in their order. */
  allOf(section: number): number[] {
    const size = this.#object.sections.sizes[section]!;
    // One piece also says what is wrong with a section that cannot be cut.
    const isCut = this.#object.isMergeable(section) && this.#isReadable(section);
    if (!isCut) return [this.whole(section)];
    const pieces: number[] = [];
    for (let at = 0; at < size;) {
      const piece = this.at(section, at);
      pieces.push(piece);
      at = this.start(piece) + Math.max(1, this.size(piece));
    }
    return pieces;
  }

  /** Marks those that are panic locations. */
  markLocations(): void {
    const object = this.#object;
    for (let piece = 0; piece < this.count; piece++) {
      // A static of a type of the program may look like a location.
      if (this.size(piece) !== LOCATION_SIZE || (this.flags(piece) & NO_LOCATION) !== 0) continue;
      const section = this.section(piece);
      try {
        if (isPanicLocation(object, section, object.relocations(section)))
          this.addFlags(piece, PIECE.location);
      } catch (error) {
        // Says so again if anybody reaches the piece.
        if (!(error instanceof ObjectGraphError)) throw error;
      }
    }
  }

  #isReadable(section: number): boolean {
    try {
      this.#object.content(section);
      return true;
    } catch (error) {
      if (error instanceof ObjectGraphError) return false;
      throw error;
    }
  }

  #boundsAt(section: number, offset: number): readonly [number, number] | undefined {
    try {
      return this.bounds.at(section, offset);
    } catch (error) {
      if (error instanceof ObjectGraphError) return undefined;
      throw error;
    }
  }

  #add(section: number, start: number, size: number, flags: number, symbol: number): number {
    this.#sections.push(section);
    this.#starts.push(start);
    const columns = this.#columns;
    columns.pieceSizes.push(size);
    columns.pieceFlags.push(flags);
    columns.pieceNames.push(symbol === 0 ? 0 : this.#names.of(symbol));
    const label = section === COMMON ? 'COMMON' : sectionLabel(this.#object, section);
    columns.pieceSections.push(columns.names.add(label));
    return this.count - 1;
  }

  #sectionFlags(section: number): number {
    const object = this.#object;
    const flags = object.sections.flags[section]!;
    if ((flags & elf.SHF_EXECINSTR) !== 0) return PIECE.code;
    let result = 0;
    const isWritable =
      (flags & elf.SHF_WRITE) !== 0 && !object.sectionNameStartsWith(section, '.data.rel.ro');
    if (isWritable) result |= PIECE.writable;
    if ((flags & elf.SHF_TLS) !== 0) result |= PIECE.threadLocal;
    if (isWritable && object.sectionNameStartsWith(section, COVERAGE_COUNTERS))
      result |= PIECE.coverage;
    return result;
  }
}

const NO_LOCATION = PIECE.code | PIECE.place;

/** What `-C instrument-coverage` adds to each function, for a report that no test reads. */
const COVERAGE_COUNTERS = '__llvm_prf_';
