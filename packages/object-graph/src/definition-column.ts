import type { Definition, LinkedObject } from './linked-program';

/** A definition for each of many names, or none. */
export class DefinitionColumn {
  /** Per name: object, plus 1, and row. */
  #pairs = new Int32Array(1 << 14);

  get(name: number, objects: readonly LinkedObject[]): Definition | undefined {
    const object = this.#pairs[name * 2] ?? 0;
    return object === 0
      ? undefined
      : { object: objects[object - 1]!, row: this.#pairs[name * 2 + 1]! };
  }

  set(name: number, object: number, row: number): void {
    if (name * 2 >= this.#pairs.length) {
      const larger = new Int32Array(Math.max(this.#pairs.length * 2, name * 2 + 2));
      larger.set(this.#pairs);
      this.#pairs = larger;
    }
    this.#pairs[name * 2] = object + 1;
    this.#pairs[name * 2 + 1] = row;
  }
}
