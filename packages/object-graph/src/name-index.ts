import { Int32List } from './growing-array';
import type { ObjectTable } from './object-table';

/** Names as tables hold them. */
export type Names = Pick<ObjectTable, 'names' | 'firstNameWords' | 'nameHashes'>;

/** Numbers the names of many tables from 0, so that equal names have one number. */
export class NameIndex {
  /** Tables of the names, but for those that were numbered already. */
  readonly #tables: Names[] = [];
  readonly #names = new Int32List(1 << 10);
  #hashes = new Int32List(1 << 10);
  #numbered: Names = { names: NOTHING, firstNameWords: NOTHING, nameHashes: NOTHING };
  #slots = new Int32Array(1 << 16);

  /** Numbers different names as they are numbered already. */
  static of(names: Names): NameIndex {
    const index = new NameIndex();
    index.#numbered = names;
    index.#hashes = Int32List.of(names.nameHashes);
    while (index.size * 2 > index.#slots.length)
      index.#slots = new Int32Array(index.#slots.length * 4);
    index.#fill();
    return index;
  }

  get size(): number {
    return this.#hashes.length;
  }

  /** Where each name stands: a table, and its index there. */
  *[Symbol.iterator](): Iterator<readonly [table: Names, name: number]> {
    for (let number = 0; number < this.size; number++)
      yield [this.#tableOf(number), this.#nameOf(number)];
  }

  /** The number of a name. Adds it if it's new. */
  add(table: Names, name: number): number {
    const slot = this.#slot(table, name);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    const number = this.size;
    this.#names.push(name);
    this.#tables.push(table);
    this.#hashes.push(table.nameHashes[name]!);
    this.#slots[slot] = number + 1;
    if (number * 2 > this.#slots.length) this.#grow();
    return number;
  }

  /** The number of a name that is known; -1 for another. */
  find(table: Names, name: number): number {
    return this.#slots[this.#slot(table, name)]! - 1;
  }

  /** Where a name is, or where it belongs. */
  #slot(table: Names, name: number): number {
    const hash = table.nameHashes[name]!;
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]!;
      if (known === 0) return slot;
      const number = known - 1;
      if (
        this.#hashes.at(number) === hash &&
        areNamesEqual(this.#tableOf(number), this.#nameOf(number), table, name)
      )
        return slot;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    this.#fill();
  }

  #fill(): void {
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = this.#hashes.at(number) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }

  #tableOf(number: number): Names {
    const known = this.#numbered.nameHashes.length;
    return number < known ? this.#numbered : this.#tables[number - known]!;
  }

  #nameOf(number: number): number {
    const known = this.#numbered.nameHashes.length;
    return number < known ? number : this.#names.at(number - known);
  }
}

/** Whether names of two tables are equal. */
export function areNamesEqual(a: Names, aName: number, b: Names, bName: number): boolean {
  const start = a.firstNameWords[aName]!;
  const other = b.firstNameWords[bName]!;
  const length = a.firstNameWords[aName + 1]! - start;
  if (b.firstNameWords[bName + 1]! - other !== length) return false;
  for (let word = 0; word < length; word++)
    if (a.names[start + word] !== b.names[other + word]) return false;
  return true;
}

const NOTHING = new Int32Array(0);
