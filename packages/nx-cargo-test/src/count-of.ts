/** For example `1 test`, `2 tests`, `1 entry`, `2 entries`. */
export function countOf(number: number, what: string): string {
  if (number === 1) return `1 ${what}`;
  return `${number} ${what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`}`;
}
