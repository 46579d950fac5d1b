import { hash } from 'node:crypto';
import type { Int32List } from './growing-array';
import { DIGEST_WORDS } from './object-table';
import { wordOf } from './word-digest';

/**
 * Collects what is to be digested as one run of bytes in which every item's
 * kind and length can be told, so that different items never give equal bytes.
 * One instance serves many digests, which spares a buffer for each.
 */
export class DigestInput {
  #buffer = Buffer.alloc(1 << 16);
  #view = viewOf(this.#buffer);
  #used = 0;

  number(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#used, value, true);
    this.#used += 8;
  }

  /** Text whose characters are bytes (Latin-1), as symbol names are read. */
  text(value: string): void {
    this.number(value.length);
    this.#reserve(value.length);
    this.#used += this.#buffer.write(value, this.#used, 'binary');
  }

  /** The bytes `[start, end)` of some. */
  bytes(value: Uint8Array, start = 0, end = value.length): void {
    const length = end - start;
    this.number(length);
    this.#reserve(length);
    if (length === value.length) this.#buffer.set(value, this.#used);
    else this.#copy(value, start, end);
    this.#used += length;
  }

  /** How much was collected; see {@link rewind}. */
  get length(): number {
    return this.#used;
  }

  /** Forgets all that was collected after a `length`. */
  rewind(length: number): void {
    this.#used = length;
  }

  /** The first 16 bytes of the SHA-256 as four words; the input stays as it is. */
  digestTo(target: Int32List): void {
    const digest = hash('sha256', this.#buffer.subarray(0, this.#used), 'binary');
    for (let word = 0; word < DIGEST_WORDS; word++) target.push(wordOf(digest, word));
  }

  /** Parts are short ones: a loop costs less than a view of them. */
  #copy(value: Uint8Array, start: number, end: number): void {
    const target = this.#buffer;
    for (let from = start, to = this.#used; from < end; from++, to++) target[to] = value[from]!;
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#used + length));
    larger.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
