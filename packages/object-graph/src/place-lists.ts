import { mix } from './mix';

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
  readonly #lists: Int32Array[] = [NO_PLACES];
  /** Numbers of lists, by a hash of their places. */
  readonly #byHash = new Map<number, number[]>([[hashOf(NO_PLACES), [0]]]);
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
    const known = new Map<number, number>();
    for (let position = 0; position < first.length; position++)
      known.set(first[position]!, position);
    const joined = new Int32Array(first.length + second.length);
    joined.set(first);
    let size = first.length;
    const positions = new Int32Array(second.length);
    for (let at = 0; at < second.length; at++) {
      const position = known.get(second[at]!);
      if (position === undefined) joined[size] = second[at]!;
      positions[at] = position ?? size++;
    }
    return { list: this.#number(joined.slice(0, size)), positions };
  }

  #number(list: Int32Array): number {
    const hash = hashOf(list);
    const alike = this.#byHash.get(hash);
    const known = alike?.find((number) => areEqual(this.#lists[number]!, list));
    if (known !== undefined) return known;
    const number = this.#lists.push(list) - 1;
    if (alike === undefined) this.#byHash.set(hash, [number]);
    else alike.push(number);
    return number;
  }
}

const NO_PLACES = new Int32Array(0);

function hashOf(list: Int32Array): number {
  let hash = list.length;
  for (let at = 0; at < list.length; at++) hash = mix(hash, list[at]!);
  return hash;
}

function areEqual(one: Int32Array, other: Int32Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
