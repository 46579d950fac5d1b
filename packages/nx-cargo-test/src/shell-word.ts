/** Characters that no POSIX shell takes for anything but themselves. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word of a POSIX shell that stands for exactly this text; bare where it may be. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
