import { TextSearch } from './text-search';

/** A folder of this machine, and the word that stands for it wherever a digest is taken. */
export interface NamedPlace {
  /** Absolute path without a slash at its end. */
  readonly path: string;
  readonly token: string;
}

/** Where the path of a place stands in some bytes: `[start, end)`. */
export interface PlaceOccurrence {
  readonly start: number;
  readonly end: number;
  readonly token: string;
}

/**
 * Finds the paths of places in constants: of the checkout, of cargo's home, of
 * the toolchain. They are compiled into `file!()`, panic messages and
 * `env!("CARGO_MANIFEST_DIR")`, and differ between machines that run the same code.
 */
export class NamedPlaces {
  /** Longest first, so that the place within a place is the one that counts. */
  readonly #places: readonly { readonly bytes: Buffer; readonly token: string }[];
  /** Places that lie in no other: all others are found with them. */
  readonly #outermost: readonly TextSearch[];

  /**
   * @param places One that is the root or no absolute path is left out.
   * @throws {RangeError} for a token that stands for two paths: what is told by it could be either.
   */
  constructor(places: readonly NamedPlace[]) {
    const usable = places.filter(({ path }) => /^\/./.test(path));
    const tokens = new Map(usable.map(({ path, token }) => [token, path]));
    for (const { path, token } of usable)
      if (tokens.get(token) !== path) throw new RangeError(`${token} stands for two places`);
    this.#places = [...usable]
      .sort((a, b) => b.path.length - a.path.length)
      .map(({ path, token }) => ({ bytes: Buffer.from(path), token }));
    this.#outermost = usable
      .map(({ path }) => path)
      .filter(
        (path, index, paths) =>
          paths.indexOf(path) === index && !paths.some((other) => path.startsWith(`${other}/`)),
      )
      .map((path) => new TextSearch(path));
  }

  /** Whether there is any. */
  get areEmpty(): boolean {
    return this.#places.length === 0;
  }

  /**
   * Whether the path of a place may stand in some bytes: false only if none does.
   * Takes one search for each outermost place, so that it can be asked of whole objects.
   */
  mayStandIn(bytes: Uint8Array): boolean {
    const buffer = asBuffer(bytes);
    return this.#outermost.some((path) => path.indexIn(buffer) >= 0);
  }

  /**
   * All places in some bytes, ascending and apart from each other. Only whole
   * components count: `/home/a` stands neither in `/home/ab` nor in `/mnt/home/a`.
   *
   * @param bounds Offsets at which a text begins or ends whatever stands on the other side.
   */
  find(bytes: Uint8Array, bounds: ReadonlySet<number> = NO_BOUNDS): PlaceOccurrence[] {
    const buffer = asBuffer(bytes);
    const found: PlaceOccurrence[] = [];
    for (const outermost of this.#outermost) {
      for (
        let start = outermost.indexIn(buffer);
        start >= 0;
        start = outermost.indexIn(buffer, start + 1)
      ) {
        const before = start === 0 || bounds.has(start) ? NOTHING : buffer[start - 1]!;
        if (before === SLASH || isNameByte(before)) continue;
        const place = this.#places.find(({ bytes: path }) => standsAt(buffer, start, path, bounds));
        if (place !== undefined)
          found.push({ start, end: start + place.bytes.length, token: place.token });
      }
    }
    return found.sort((a, b) => a.start - b.start);
  }
}

const NO_BOUNDS: ReadonlySet<number> = new Set();
const NOTHING = 0;
const SLASH = 0x2f;

function standsAt(
  bytes: Buffer,
  start: number,
  path: Buffer,
  bounds: ReadonlySet<number>,
): boolean {
  const end = start + path.length;
  if (end > bytes.length || bytes.compare(path, 0, path.length, start, end) !== 0) return false;
  for (let at = start + 1; at < end; at++) if (bounds.has(at)) return false;
  return end === bytes.length || bounds.has(end) || !isNameByte(bytes[end]!);
}

/** Bytes that continue the name of a file: letters, digits, `_ . - ~ + @ %`, and all of other alphabets. */
function isNameByte(byte: number): boolean {
  return (
    byte >= 0x80 ||
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x40 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x5f ||
    byte === 0x2e ||
    byte === 0x2d ||
    byte === 0x7e ||
    byte === 0x2b ||
    byte === 0x25
  );
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
