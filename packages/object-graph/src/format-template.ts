/** One literal text of a template. */
export interface TemplateText {
  /** Where its length stands, before the text. */
  readonly at: number;
  /** The text, as `[start, end)`. */
  readonly start: number;
  readonly end: number;
}

/**
 * The literal texts of a format string as rustc compiles it since 1.93
 * (`core::fmt::Arguments`; written by rustc_ast_lowering's `format.rs`): each text
 * follows its length, in one byte or, from 128, in two bytes after an `80`; an
 * argument is a byte from `c0` on with what its options need; a zero ends it all.
 * `undefined` for bytes that are no such template, or not to their end.
 */
export function formatTemplate(bytes: Uint8Array): TemplateText[] | undefined {
  const texts: TemplateText[] = [];
  for (let at = 0; at < bytes.length;) {
    const kind = bytes[at]!;
    if (kind === END) return at === bytes.length - 1 ? texts : undefined;
    if (kind < LONG_TEXT) {
      texts.push({ at, start: at + 1, end: at + 1 + kind });
    } else if (kind === LONG_TEXT) {
      const length = (bytes[at + 1] ?? 0) | ((bytes[at + 2] ?? 0) << 8);
      if (length < LONG_TEXT) return undefined;
      texts.push({ at, start: at + 3, end: at + 3 + length });
    } else if (kind >= ARGUMENT) {
      at += 1 + optionBytes(kind);
      continue;
    } else return undefined;
    at = texts.at(-1)!.end;
  }
  return undefined;
}

const END = 0;
const LONG_TEXT = 0x80;
const ARGUMENT = 0xc0;

/** Flags take four bytes; width, precision and the argument's index two each. */
function optionBytes(kind: number): number {
  return (kind & 1 ? 4 : 0) + (kind & 2 ? 2 : 0) + (kind & 4 ? 2 : 0) + (kind & 8 ? 2 : 0);
}
