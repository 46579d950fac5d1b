/** Where the places of a second list stand in a joined one. */
export interface JoinedPlaces {
  /** The joined list: the first one, then what only the second one holds. */
  readonly list: number;
  /**
   * Per place of the second list, its position in the joined one; `undefined`
   * if the lists are equal, or the first one is empty.
   */
  readonly positions: Int32Array | undefined;
}

/** Lists of different places, each list kept once and known by its number; 0 is the empty one. */
export class PlaceLists {
  readonly #lists: Int32Array[] = [new Int32Array(0)];
  readonly #byText = new Map<string, number>([['', 0]]);
  readonly #joined = new Map<number, JoinedPlaces>();

  /** @param known Lists with the numbers that they had: the first one is empty. Default: that one only. */
  constructor(known: readonly Int32Array[] = []) {
    for (const list of known) this.#number(list);
  }

  /** All lists by number. */
  get all(): readonly Int32Array[] {
    return this.#lists;
  }

  /** The list of one place. */
  of(place: number): number {
    return this.#number(Int32Array.of(place));
  }

  /** The list of some different places, in their order. */
  ofAll(places: readonly number[]): number {
    return this.#number(Int32Array.from(places));
  }

  places(list: number): Int32Array {
    return this.#lists[list]!;
  }

  /** Joins two lists, each pair once. */
  join(list: number, other: number): JoinedPlaces {
    if (list === other || other === 0) return { list, positions: undefined };
    if (list === 0) return { list: other, positions: undefined };
    // No link has 2^26 lists.
    const key = list * 2 ** 26 + other;
    let joined = this.#joined.get(key);
    if (joined === undefined) {
      joined = this.#join(this.places(list), this.places(other));
      this.#joined.set(key, joined);
    }
    return joined;
  }

  #join(first: Int32Array, second: Int32Array): JoinedPlaces {
    const positions = new Map<number, number>();
    first.forEach((place, position) => positions.set(place, position));
    const own = Int32Array.from(second, (place) => {
      let position = positions.get(place);
      if (position === undefined) {
        position = positions.size;
        positions.set(place, position);
      }
      return position;
    });
    return { list: this.#number(Int32Array.from(positions.keys())), positions: own };
  }

  #number(list: Int32Array): number {
    const text = list.join();
    let number = this.#byText.get(text);
    if (number === undefined) {
      number = this.#lists.push(list) - 1;
      this.#byText.set(text, number);
    }
    return number;
  }
}
