/**
 * Splits the content of a linker's `@file` as GNU ld and clang do: white space
 * separates, quotes of both kinds group, a backslash takes the next character as it is.
 */
export function parseResponseFile(text: string): string[] {
  const result: string[] = [];
  let current: string | undefined;
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '\\' && quote !== "'" && index + 1 < text.length) {
      index += 1;
      current = (current ?? '') + text.charAt(index);
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else current = (current ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      current ??= '';
    } else if (/\s/.test(character)) {
      if (current !== undefined) result.push(current);
      current = undefined;
    } else current = (current ?? '') + character;
  }
  if (current !== undefined) result.push(current);
  return result;
}
