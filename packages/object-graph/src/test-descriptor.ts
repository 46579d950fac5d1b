import * as elf from './elf/constants';
import { latin1 } from './byte-reader';
import type { LinkedObject, LinkedProgram } from './linked-program';
import type { MaskedRange } from './object-graph';

/**
 * Layout of `test::TestDescAndFn`, the constant that rustc writes for each test
 * (library/test/src/types.rs of the toolchain; read off rustc 1.95 and 1.97 nightly).
 * Other sizes are not recognised, and their tests depend on the whole binary.
 */
const SIZE = 152;
const NAME_TAG_AT = 24;
/** `StaticTestName`, in the niche of its sibling's capacity: rustc 1.95, and nightlies of 1.97. */
const STATIC_NAME_TAGS = new Set([0x8000_0000_0000_0001n, 0x8000_0000_0000_0000n]);
const NAME_AT = 32;
const NAME_LENGTH_AT = 40;
const FUNCTION_AT = 136;
/** Start and end line and column: they shift with every edit above the test. */
const LINES: MaskedRange = [88, 120];

/** Where a test's descriptor lies. */
export interface TestDescriptor {
  readonly object: LinkedObject;
  readonly section: number;
  readonly offset: number;
  readonly masks: readonly MaskedRange[];
}

/**
 * Finds the descriptors of the tests that a binary lists. They hold the test's
 * function, its `should_panic` and `ignore`, and do not depend on how symbols
 * are mangled. A name with two descriptors is left out, as one cannot tell
 * which of them is the listed test.
 */
export function findTestDescriptors(
  program: LinkedProgram,
  tests: ReadonlySet<string>,
): Map<string, TestDescriptor> {
  const found = new Map<string, TestDescriptor>();
  const twice = new Set<string>();
  for (const object of program.explicitObjects()) {
    for (let index = 1; index < object.elf.sectionCount; index++) {
      if (
        object.elf.sectionSize(index) !== SIZE ||
        object.elf.sectionType(index) === elf.SHT_NOBITS
      )
        continue;
      const section = object.elf.section(index);
      if (
        section.size !== SIZE ||
        (section.flags & elf.SHF_ALLOC) === 0 ||
        !(
          object.elf.sectionNameStartsWith(index, '.data') ||
          // Where code is not relocated at start (`-C relocation-model=static`).
          object.elf.sectionNameStartsWith(index, '.rodata')
        )
      )
        continue;
      const name = testName(object, index);
      if (name === undefined || !tests.has(name)) continue;
      if (found.has(name)) twice.add(name);
      found.set(name, { object, section: index, offset: 0, masks: [LINES] });
    }
  }
  for (const name of twice) found.delete(name);
  return found;
}

function testName(object: LinkedObject, index: number): string | undefined {
  const content = object.elf.content(index);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const relocations = object.elf.relocations(index);
  const pointer = relocations.find(({ offset }) => offset === NAME_AT);
  const hasFunction = relocations.some(({ offset }) => offset === FUNCTION_AT);
  const isStaticName = STATIC_NAME_TAGS.has(view.getBigUint64(NAME_TAG_AT, true));
  if (pointer === undefined || !hasFunction || !isStaticName) return undefined;
  const symbol = object.elf.symbol(pointer.symbol);
  if (symbol.section < 0) return undefined;
  const text = object.elf.content(symbol.section);
  const start = symbol.value + pointer.addend;
  const end = start + view.getUint32(NAME_LENGTH_AT, true);
  if (start < 0 || end > text.length) return undefined;
  return Buffer.from(latin1(text, start, end), 'latin1').toString('utf8');
}
