import type { Relocation } from './elf/elf-object';

/** Index of the first relocation of a field, or `undefined`. @param relocations By ascending offset. */
export function relocationAt(
  relocations: readonly Relocation[],
  offset: number,
): number | undefined {
  const index = firstAt(relocations, offset);
  return relocations[index]?.offset === offset ? index : undefined;
}

/** Index of the first relocation at an offset or after it. @param relocations By ascending offset. */
export function firstAt(relocations: readonly Relocation[], offset: number): number {
  let low = 0;
  let high = relocations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (relocations[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
