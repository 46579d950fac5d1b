import * as elf from './elf/constants';
import type { ElfObject, RelocationColumns } from './elf/elf-object';

/** Size of a `core::panic::Location`: a pointer to a file name, its length, a line and a column. */
export const LOCATION_SIZE = 24;
const LENGTH_AT = 8;

/**
 * Whether a section of {@link LOCATION_SIZE} bytes is a `core::panic::Location`.
 * Other constants have that shape too, so the pointer must lead to text that
 * ends in `.rs` and whose length is the stored one by its terminating zero,
 * which rustc writes since 1.92 behind the names in locations only. Older
 * locations are not recognised, so that all of their lines count.
 *
 * @param relocations Of the section.
 */
export function isPanicLocation(
  object: ElfObject,
  section: number,
  relocations: RelocationColumns,
): boolean {
  if (
    !object.sectionNameStartsWith(section, '.data.rel.ro') ||
    object.sections.types[section] === elf.SHT_NOBITS ||
    object.isMergeable(section) ||
    relocations.count !== 1 ||
    relocations.offsets[0] !== 0
  )
    return false;

  const symbols = object.symbolTable();
  const symbol = relocations.symbols[0]!;
  const target = symbols.section(symbol);
  if (target < 0) return false;
  const text = object.content(target);
  const content = object.content(section);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const length = view.getUint32(LENGTH_AT, true);
  if (view.getUint32(LENGTH_AT + 4, true) !== 0 || length < 4) return false;
  const start = symbols.value(symbol) + relocations.addends[0]!;
  const end = start + length;
  // What `file!()` gives has no zero at its end.
  if (start < 0 || end >= text.length || text.indexOf(0, start) !== end) return false;
  return Buffer.from(text.buffer, text.byteOffset + end - 3, 3).toString('latin1') === '.rs';
}
