import * as elf from './elf/constants';
import type { RelocationColumns } from './elf/elf-object';
import { handedToByAarch64 } from './location-handoff-aarch64';
import { handedToByX86 } from './location-handoff-x86-64';

/**
 * Finds the call that code hands an address to right after loading it into a
 * register which calls do not preserve, with only instructions between that do
 * not touch that register: the address is known to nobody else afterwards.
 * Anything that is not understood gives no answer.
 *
 * @param machine Of the code (`EM_…`).
 * @param relocations Of the code's section, by ascending offset.
 * @param index Of a relocation by which the address is loaded.
 * @returns Index of the relocation that names the called function.
 */
export function handedTo(
  machine: number,
  code: Uint8Array,
  relocations: RelocationColumns,
  index: number,
): number | undefined {
  if (machine === elf.EM_X86_64) return handedToByX86(code, relocations, index);
  if (machine === elf.EM_AARCH64) return handedToByAarch64(code, relocations, index);
  return undefined;
}
