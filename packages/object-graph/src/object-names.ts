import type { SymbolTable } from './elf/symbol-table';
import type { NameList } from './name-list';

/** The names of an object's symbols as numbers of a list, each added when it is first asked for. */
export class ObjectNames {
  readonly #symbols: SymbolTable | undefined;
  readonly #list: NameList;
  /** Per symbol, the number of its name plus 1. */
  readonly #known: Int32Array;

  constructor(symbols: SymbolTable | undefined, list: NameList) {
    this.#symbols = symbols;
    this.#list = list;
    this.#known = new Int32Array(symbols?.count ?? 0);
  }

  /** The number of a symbol's name. */
  of(symbol: number): number {
    const known = this.#known[symbol]!;
    if (known > 0) return known - 1;
    const symbols = this.#symbols!;
    const start = symbols.nameStart(symbol);
    const end = symbols.nameEnd(symbol);
    const name = start === end ? 0 : this.#list.addBytes(symbols.bytes, start, end);
    this.#known[symbol] = name + 1;
    return name;
  }
}
