/** The numbers of the first version in a text: `[1, 2, 2]` of `limactl version 1.2.2`; undefined without one. */
export function versionIn(text: string): readonly number[] | undefined {
  const match = /\d+(?:\.\d+)+/.exec(text);
  return match === null ? undefined : match[0].split('.').map(Number);
}

/** Whether a version is another one or a later one; numbers that are missing are 0. */
export function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  for (let index = 0; index < Math.max(version.length, least.length); index++) {
    const difference = (version[index] ?? 0) - (least[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * Whether a version is in a range of the form that this package's own package.json
 * has: `>=22.0.0 <25.0.0`, all parts of which have to hold.
 */
export function isInRange(version: readonly number[], range: string): boolean {
  return range.split(' ').every((part) => {
    const bound = versionIn(part) ?? [];
    return part.startsWith('<') ? !isAtLeast(version, bound) : isAtLeast(version, bound);
  });
}
