import { TextSearch } from './text-search';

/** Places in a file where any of some texts begin. */
export class Occurrences {
  readonly #places: Float64Array;

  /** @param places Ascending. */
  constructor(places: Float64Array) {
    this.#places = places;
  }

  get areNone(): boolean {
    return this.#places.length === 0;
  }

  /** Whether any text begins in the bytes `[start, end)` of the file. */
  areIn(start: number, end: number): boolean {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#places[middle]! < start) low = middle + 1;
      else high = middle;
    }
    return low < this.#places.length && this.#places[low]! < end;
  }
}

/**
 * Searches parts of a file for texts, all at once, so that each of many small
 * ranges need not be searched by itself.
 *
 * @param ranges Each `[start, end)`. What of them lies beyond the file is left out.
 */
export function findTexts(
  file: Uint8Array,
  ranges: readonly (readonly [number, number])[],
  texts: readonly string[],
): Occurrences {
  const places: number[] = [];
  const searches = texts.map((text) => new TextSearch(text));
  for (const [start, end] of ranges) {
    const bytes = file.subarray(start, end);
    const part = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (const search of searches) {
      for (let at = search.indexIn(part); at >= 0; at = search.indexIn(part, at + 1))
        places.push(start + at);
    }
  }
  return new Occurrences(Float64Array.from(places).sort());
}
