import { hash } from 'node:crypto';

/** Length of a digest in characters. */
export const DIGEST_LENGTH = 16;

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
    this.#used += this.#buffer.write(value, this.#used, 'latin1');
  }

  /** Bytes, with zeros in place of those in `masked`. */
  bytes(value: Uint8Array, masked: readonly (readonly [start: number, end: number])[] = []): void {
    this.number(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#used);
    for (const [start, end] of masked) this.#buffer.fill(0, this.#used + start, this.#used + end);
    this.#used += value.length;
  }

  /** The first {@link DIGEST_LENGTH} bytes of the SHA-256, one per character; empties the input. */
  digest(): string {
    const digest = hash('sha256', this.#buffer.subarray(0, this.#used), 'buffer');
    this.#used = 0;
    return digest.toString('latin1', 0, DIGEST_LENGTH);
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
