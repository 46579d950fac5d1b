import * as elf from './elf/constants';
import { COMMON } from './elf/elf-object';
import type { LinkedObject } from './linked-program';
import { isMergeable, pieceBounds } from './pieces';
import type { Piece } from './pieces';
import { namesStatic, namingSymbols } from './static-names';

/** Numbers the pieces of a link from 0, in the order in which they are first asked for. */
export class PieceTable {
  readonly #ids: Map<number, number>[] = [];
  readonly #pieces: Piece[] = [];
  /** Per piece, the index of the symbol that names it; 0 for none. */
  readonly #symbols: number[] = [];
  readonly #areCode: boolean[] = [];
  readonly #namingSymbols: Int32Array[] = [];

  get size(): number {
    return this.#pieces.length;
  }

  piece(id: number): Piece {
    return this.#pieces[id]!;
  }

  /** The name of the function or static in a piece; empty without one. */
  symbol(id: number): string {
    const symbol = this.#symbols[id]!;
    return symbol === 0 ? '' : this.#pieces[id]!.object.elf.symbolName(symbol);
  }

  /** Index of the symbol that names a piece; 0 without one. */
  symbolIndex(id: number): number {
    return this.#symbols[id]!;
  }

  /** Whether a piece is machine code. */
  isCode(id: number): boolean {
    return this.#areCode[id]!;
  }

  /** Whether a piece has the name of a static of the program. */
  isStatic(id: number): boolean {
    const symbol = this.#symbols[id]!;
    return symbol !== 0 && namesStatic(this.#pieces[id]!.object.elf, symbol);
  }

  /** The piece that holds an offset of a section. */
  atOffset(object: LinkedObject, index: number, offset: number): number {
    const section = object.elf.section(index);
    const [start, end] = pieceBounds(object, index, section, offset);
    const ids = (this.#ids[object.id] ??= new Map<number, number>());
    // Below 2^53, as no file has 2^21 sections and pieces beyond 4 GiB.
    const key = index * 2 ** 32 + start;
    const known = ids.get(key);
    if (known !== undefined) return known;
    // The linker merges equal pieces, so a mergeable one is never a place of its own.
    const symbol = isMergeable(section) ? 0 : this.#namingSymbol(object, index);
    const isCode = (section.flags & elf.SHF_EXECINSTR) !== 0;
    return this.#add(ids, key, { object, section: index, start, end }, symbol, isCode);
  }

  /** The piece where a symbol stands: it is the same whatever a reference adds to it. */
  ofSymbol(object: LinkedObject, index: number): number {
    const { section, value, size } = object.elf.symbol(index);
    if (section !== COMMON) return this.atOffset(object, section, value);
    const ids = (this.#ids[object.id] ??= new Map<number, number>());
    const key = -index;
    return (
      ids.get(key) ?? this.#add(ids, key, { object, section, start: 0, end: size }, index, false)
    );
  }

  /** All pieces of a section in their order. */
  ofSection(object: LinkedObject, section: number): number[] {
    const { size } = object.elf.section(section);
    const ids: number[] = [];
    for (let at = 0; at < size; at = this.#pieces[ids.at(-1)!]!.end) {
      ids.push(this.atOffset(object, section, at));
    }
    return ids;
  }

  #add(
    ids: Map<number, number>,
    key: number,
    piece: Piece,
    symbol: number,
    isCode: boolean,
  ): number {
    const id = this.#pieces.length;
    ids.set(key, id);
    this.#pieces.push(piece);
    this.#symbols.push(symbol);
    this.#areCode.push(isCode);
    return id;
  }

  #namingSymbol(object: LinkedObject, section: number): number {
    return (this.#namingSymbols[object.id] ??= namingSymbols(object.elf))[section]!;
  }
}
