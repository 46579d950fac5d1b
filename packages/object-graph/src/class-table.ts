import { Int32List } from './growing-array';
import { DIGEST_WORDS } from './object-table';

/**
 * Classes of nodes by what they reach: a digest, and the list of places that it
 * tells of. Two nodes are of one class exactly if both are equal.
 */
export class ClassTable {
  /** Per class, {@link DIGEST_WORDS} words. */
  readonly digests: Int32List;
  /** Per class, the number of its list of places. */
  readonly lists: Int32List;
  /** Per class, 1 if it leads to itself. */
  readonly cyclic: Int32List;
  /** Classes, plus 1, by digest and list. */
  #slots = new Int32Array(1 << 12);

  constructor(known?: { digests: Int32Array; lists: Int32Array; cyclic: Int32Array }) {
    this.digests = Int32List.of(known?.digests ?? NOTHING);
    this.lists = Int32List.of(known?.lists ?? NOTHING);
    this.cyclic = Int32List.of(known?.cyclic ?? NOTHING);
    this.#index();
  }

  get count(): number {
    return this.lists.length;
  }

  /** The class of a digest, four words of some, and a list of places. Adds it if it's new. */
  intern(words: Int32Array, at: number, list: number, isCyclic: boolean): number {
    const mask = this.#slots.length - 1;
    let slot = (words[at]! ^ list) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]! - 1;
      if (this.lists.at(known) === list && areEqual(words, at, this.digests.items, known))
        return known;
    }
    const added = this.count;
    for (let word = 0; word < DIGEST_WORDS; word++) this.digests.push(words[at + word]!);
    this.lists.push(list);
    this.cyclic.push(isCyclic ? 1 : 0);
    this.#slots[slot] = added + 1;
    if (this.count * 2 > this.#slots.length) this.#index();
    return added;
  }

  #index(): void {
    let size = this.#slots.length;
    while (size < this.count * 4) size *= 2;
    this.#slots = new Int32Array(size);
    for (let known = 0; known < this.count; known++) {
      let slot = (this.digests.at(known * DIGEST_WORDS) ^ this.lists.at(known)) & (size - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      this.#slots[slot] = known + 1;
    }
  }
}

const NOTHING = new Int32Array(0);

function areEqual(words: Int32Array, at: number, others: Int32Array, known: number): boolean {
  for (let word = 0; word < DIGEST_WORDS; word++)
    if (words[at + word] !== others[known * DIGEST_WORDS + word]) return false;
  return true;
}
