import { latin1 } from './byte-reader';
import * as elf from './elf/constants';
import type { ElfObject, RelocationColumns } from './elf/elf-object';

/**
 * Size of `test::TestDescAndFn`, the constant that rustc writes for each test
 * (library/test/src/types.rs of the toolchain; read off rustc 1.95 and 1.97 nightly).
 * Other sizes are not recognised, and their tests depend on the whole binary.
 */
export const DESCRIPTOR_SIZE = 152;
const NAME_TAG_AT = 24;
/** `StaticTestName`, in the niche of its sibling's capacity: rustc 1.95, and nightlies of 1.97. */
const STATIC_NAME_TAGS = new Set([0x8000_0000_0000_0001n, 0x8000_0000_0000_0000n]);
const NAME_AT = 32;
const NAME_LENGTH_AT = 40;
const FUNCTION_AT = 136;
/** Start and end line and column: they shift with every edit above the test. */
export const DESCRIPTOR_LINES: readonly [start: number, end: number] = [88, 120];

/**
 * The name, as `--list` prints it, of the test that a section of
 * {@link DESCRIPTOR_SIZE} bytes describes; `undefined` if it describes none.
 * Descriptors hold the test's function, its `should_panic` and `ignore`, and do
 * not depend on how symbols are mangled.
 *
 * @param relocations Of the section.
 */
export function describedTest(
  object: ElfObject,
  section: number,
  relocations: RelocationColumns,
): string | undefined {
  if (
    object.sections.types[section] === elf.SHT_NOBITS ||
    object.isMergeable(section) ||
    !(
      object.sectionNameStartsWith(section, '.data') ||
      // Where code is not relocated at start (`-C relocation-model=static`).
      object.sectionNameStartsWith(section, '.rodata')
    )
  )
    return undefined;
  const pointer = relocationOf(relocations, NAME_AT);
  if (pointer < 0 || relocationOf(relocations, FUNCTION_AT) < 0) return undefined;
  const content = object.content(section);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (!STATIC_NAME_TAGS.has(view.getBigUint64(NAME_TAG_AT, true))) return undefined;
  const symbols = object.symbolTable();
  const symbol = relocations.symbols[pointer]!;
  const target = symbols.section(symbol);
  if (target < 0) return undefined;
  const text = object.content(target);
  const start = symbols.value(symbol) + relocations.addends[pointer]!;
  const end = start + view.getUint32(NAME_LENGTH_AT, true);
  if (start < 0 || end > text.length) return undefined;
  return Buffer.from(latin1(text, start, end), 'latin1').toString('utf8');
}

function relocationOf({ count, offsets }: RelocationColumns, offset: number): number {
  for (let index = 0; index < count; index++) if (offsets[index] === offset) return index;
  return -1;
}
