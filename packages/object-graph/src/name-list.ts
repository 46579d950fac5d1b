import { Int32List } from './growing-array';
import { hashWords } from './object-table';

/** Names as words, numbered from 0 in the order in which they come; the first one is empty. */
export class NameList {
  /** See `ObjectTable`: `names`, `firstNameWords` and `nameHashes`. */
  readonly words = new Int32List(1 << 12);
  readonly starts = new Int32List(256);
  readonly hashes = new Int32List(256);
  readonly #byText = new Map<string, number>();

  constructor() {
    this.clear();
  }

  /** Forgets all names but the empty one. */
  clear(): void {
    this.words.length = 0;
    this.starts.length = 0;
    this.hashes.length = 0;
    this.#byText.clear();
    this.starts.push(0);
    this.addBytes(NO_BYTES);
    this.#byText.set('', 0);
  }

  /** Adds a name, the bytes `[from, to)`, whatever is there already. */
  addBytes(bytes: Uint8Array, from = 0, to = bytes.length): number {
    const start = this.words.length;
    const words = (to - from + 3) >> 2;
    this.words.reserve(words);
    const { items } = this.words;
    let at = from;
    for (let word = start; word < start + words; word++, at += 4) {
      let value = bytes[at]!;
      if (at + 1 < to) value |= bytes[at + 1]! << 8;
      if (at + 2 < to) value |= bytes[at + 2]! << 16;
      if (at + 3 < to) value |= bytes[at + 3]! << 24;
      items[word] = value;
    }
    this.words.length = start + words;
    this.hashes.push(hashWords(items, start, start + words));
    this.starts.push(start + words);
    return this.hashes.length - 1;
  }

  /** Adds a text of Latin-1 characters, or finds it if it was added as a text. */
  add(text: string): number {
    let index = this.#byText.get(text);
    if (index === undefined) {
      index = this.addBytes(Buffer.from(text, 'latin1'));
      this.#byText.set(text, index);
    }
    return index;
  }

  get columns(): { names: Int32Array; firstNameWords: Int32Array; nameHashes: Int32Array } {
    return {
      names: this.words.toArray(),
      firstNameWords: this.starts.toArray(),
      nameHashes: this.hashes.toArray(),
    };
  }
}

const NO_BYTES = new Uint8Array(0);
