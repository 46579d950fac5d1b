/** References that hand a location to functions: for each of them, those that mean the functions. */
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
