/** References that hand a location to functions. */
export class Handoffs {
  readonly #triples: Int32Array;
  readonly #count: number;

  /**
   * @param triples A reference, and the first and the end of those that mean the
   *   functions. The references are ascending.
   * @param length How many numbers there are.
   */
  constructor(triples: Int32Array, length = triples.length) {
    this.#triples = triples;
    this.#count = length / 3;
  }

  /** The numbers that it was made of. */
  get triples(): Int32Array {
    return this.#triples.subarray(0, this.#count * 3);
  }

  /** The references that mean the functions which a reference is handed to: `[first, end)`. */
  get(edge: number): readonly [first: number, end: number] | undefined {
    const at = this.from(edge);
    if (this.#triples[at] !== edge || at >= this.#count * 3) return undefined;
    return [this.#triples[at + 1]!, this.#triples[at + 2]!];
  }

  /** Where the numbers of the first reference that is not before another begin. */
  from(edge: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#triples[middle * 3]! < edge) low = middle + 1;
      else high = middle;
    }
    return low * 3;
  }
}
