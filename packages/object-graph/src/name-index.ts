import type { ObjectTable } from './object-table';

/** Names as tables hold them. */
export type Names = Pick<ObjectTable, 'names' | 'firstNameWords' | 'nameHashes'>;

/** Numbers the names of many tables from 0, so that equal names have one number. */
export class NameIndex {
  readonly #tables: Names[] = [];
  readonly #names: number[] = [];
  readonly #hashes: number[] = [];
  #slots = new Int32Array(1 << 16);

  get size(): number {
    return this.#names.length;
  }

  /** The number of a name. Adds it if it's new. */
  add(table: Names, name: number): number {
    const slot = this.#slot(table, name);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    const number = this.#names.push(name) - 1;
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
        this.#hashes[number] === hash &&
        areEqual(this.#tables[number]!, this.#names[number]!, table, name)
      )
        return slot;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    const mask = this.#slots.length - 1;
    this.#hashes.forEach((hash, number) => {
      let slot = hash & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    });
  }
}

function areEqual(a: Names, aName: number, b: Names, bName: number): boolean {
  const start = a.firstNameWords[aName]!;
  const other = b.firstNameWords[bName]!;
  const length = a.firstNameWords[aName + 1]! - start;
  if (b.firstNameWords[bName + 1]! - other !== length) return false;
  for (let word = 0; word < length; word++)
    if (a.names[start + word] !== b.names[other + word]) return false;
  return true;
}
