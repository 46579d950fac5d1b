/** Characters of mangled names, the most common one first; all others are rare. */
const COMMON = '$e.atorc7lu_d1sb4i2Tn3mf08569phLxENGgCZkwRSyFPvIDBAOKVMzqjHUWQXY';
/** Of longer texts, V8 (string-search.h, `kBMMinPatternLength`) does not look for the first byte by itself. */
const PART_LENGTH = 6;

/**
 * Finds one text in many bytes. `Buffer.indexOf` is some times faster for a short text
 * that begins with a rare byte than for any other: so it looks for such a part of
 * the text, and the rest is compared where that is found.
 */
export class TextSearch {
  readonly #text: Buffer;
  readonly #part: Buffer;
  /** Where the part begins in the text. */
  readonly #partAt: number;

  constructor(text: string | Buffer) {
    this.#text = Buffer.from(text);
    const last = Math.max(0, this.#text.length - PART_LENGTH);
    let rarest = 0;
    for (let at = 1; at <= last; at++)
      if (rarity(this.#text[at]!) > rarity(this.#text[rarest]!)) rarest = at;
    this.#partAt = rarest;
    this.#part = this.#text.subarray(rarest, rarest + PART_LENGTH);
  }

  /** Where the text is first found, not before `from`; -1 if it isn't. */
  indexIn(bytes: Buffer, from = 0): number {
    for (let at = from + this.#partAt; ; at++) {
      at = bytes.indexOf(this.#part, at);
      if (at < 0) return -1;
      const start = at - this.#partAt;
      const end = start + this.#text.length;
      if (end <= bytes.length && bytes.compare(this.#text, 0, undefined, start, end) === 0)
        return start;
    }
  }
}

function rarity(byte: number): number {
  const place = COMMON.indexOf(String.fromCharCode(byte));
  return place < 0 ? COMMON.length : place;
}
