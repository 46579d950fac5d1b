import type { RelocationColumns } from './elf/elf-object';

/** Index of the first relocation of a field, or `undefined`. */
export function relocationAt(relocations: RelocationColumns, offset: number): number | undefined {
  const index = firstAt(relocations, offset);
  return index < relocations.count && relocations.offsets[index] === offset ? index : undefined;
}

/** Index of the first relocation at an offset or after it. */
export function firstAt({ offsets, count }: RelocationColumns, offset: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
