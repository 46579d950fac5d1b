import { hash } from 'node:crypto';

/** Collects 32-bit words and digests them. One instance serves many digests. */
export class WordDigest {
  #words = new Int32Array(1 << 10);
  #bytes = new Uint8Array(this.#words.buffer);
  #used = 0;

  add(word: number): void {
    if (this.#used === this.#words.length) this.#grow();
    this.#words[this.#used++] = word;
  }

  addAll(words: Int32Array, start = 0, end = words.length): void {
    for (let at = start; at < end; at++) this.add(words[at]!);
  }

  /** Four words of the SHA-256 of all that was collected; empties it. Typed arrays are little-endian on every platform of Node.js here. */
  digestTo(target: Int32Array, at: number): void {
    const digest = hash('sha256', this.#bytes.subarray(0, this.#used * 4), 'binary');
    this.#used = 0;
    for (let word = 0; word < 4; word++) target[at + word] = wordOf(digest, word);
  }

  /** The SHA-256 of all that was collected, in hexadecimal; empties it. */
  hex(): string {
    const digest = hash('sha256', this.#bytes.subarray(0, this.#used * 4), 'hex');
    this.#used = 0;
    return digest;
  }

  #grow(): void {
    const larger = new Int32Array(this.#words.length * 2);
    larger.set(this.#words);
    this.#words = larger;
    this.#bytes = new Uint8Array(larger.buffer);
  }
}

/** A 32-bit word, little-endian, of bytes that are the characters of a text: the cheapest form in which Node.js gives a digest. */
export function wordOf(bytes: string, word: number): number {
  const at = word * 4;
  return (
    bytes.charCodeAt(at) |
    (bytes.charCodeAt(at + 1) << 8) |
    (bytes.charCodeAt(at + 2) << 16) |
    (bytes.charCodeAt(at + 3) << 24)
  );
}

/** Four words of a digest of each text. */
export function wordsOfTexts(texts: readonly string[]): Int32Array {
  const words = new Int32Array(texts.length * 4);
  texts.forEach((text, index) => {
    const digest = hash('sha256', text, 'binary');
    for (let word = 0; word < 4; word++) words[index * 4 + word] = wordOf(digest, word);
  });
  return words;
}
