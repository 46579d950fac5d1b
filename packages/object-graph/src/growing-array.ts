/** 32-bit numbers, as many as come. */
export class Int32List {
  length = 0;
  #items: Int32Array;

  constructor(capacity = 64) {
    this.#items = new Int32Array(capacity);
  }

  /** A list of some numbers, copied, with room for a few more. */
  static of(numbers: Int32Array): Int32List {
    const list = new Int32List(numbers.length + (numbers.length >> 5) + 64);
    list.#items.set(numbers);
    list.length = numbers.length;
    return list;
  }

  push(value: number): void {
    if (this.length === this.#items.length) this.reserve(1);
    this.#items[this.length++] = value;
  }

  at(index: number): number {
    return this.#items[index]!;
  }

  set(index: number, value: number): void {
    this.#items[index] = value;
  }

  /** Makes room for further items, so that `items` stays the same while they are added. */
  reserve(count: number): void {
    if (this.length + count <= this.#items.length) return;
    const larger = new Int32Array(Math.max(this.#items.length * 2, this.length + count));
    larger.set(this.#items);
    this.#items = larger;
  }

  /** The numbers themselves, for long loops; as many as `length` count, until one is added. */
  get items(): Int32Array {
    return this.#items;
  }

  /** Writes just the numbers into an array of their length. */
  copyTo(target: Int32Array): void {
    target.set(this.#items.subarray(0, this.length));
  }

  /** A copy of just the numbers. */
  toArray(): Int32Array {
    return this.#items.slice(0, this.length);
  }
}

/** Numbers of any size, as many as come. */
export class Float64List {
  length = 0;
  #items: Float64Array;

  constructor(capacity = 64) {
    this.#items = new Float64Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.#items.length) {
      const larger = new Float64Array(this.#items.length * 2);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length++] = value;
  }

  at(index: number): number {
    return this.#items[index]!;
  }

  /** Writes just the numbers into an array of their length. */
  copyTo(target: Float64Array): void {
    target.set(this.#items.subarray(0, this.length));
  }
}
