import { Int32List } from './growing-array';
import { hashWords } from './object-table';

/** Names as words, numbered from 0 in the order in which they come; the first one is empty. */
export class NameList {
  readonly #words = new Int32List(1 << 12);
  readonly #starts = new Int32List(256);
  readonly #hashes = new Int32List(256);
  readonly #byText = new Map<string, number>();

  constructor() {
    this.#starts.push(0);
    this.addBytes(new Uint8Array(0));
    this.#byText.set('', 0);
  }

  /** Adds a name whatever is there already. */
  addBytes(bytes: Uint8Array): number {
    const start = this.#words.length;
    const words = (bytes.length + 3) >> 2;
    this.#words.reserve(words);
    for (let word = 0, at = 0; word < words; word++, at += 4) {
      // Bytes behind the end are undefined, which counts as 0.
      this.#words.push(
        bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24),
      );
    }
    this.#hashes.push(hashWords(this.#words.items, start, start + words));
    this.#starts.push(start + words);
    return this.#hashes.length - 1;
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
      names: this.#words.toArray(),
      firstNameWords: this.#starts.toArray(),
      nameHashes: this.#hashes.toArray(),
    };
  }
}
