import * as elf from './elf/constants';
import type { ElfObject } from './elf/elf-object';

const RUN_UNNAMED_TYPES: ReadonlySet<number> = new Set([
  elf.SHT_INIT_ARRAY,
  elf.SHT_FINI_ARRAY,
  elf.SHT_PREINIT_ARRAY,
]);
const RUN_UNNAMED_NAMES =
  /^\.(?:(?:pre)?init_array|fini_array|ctors|dtors)(?:\.|$)|^\.(?:init|fini)$/;
/** How those names begin; most names need not be read then. */
const POSSIBLE_NAMES = ['.init', '.preinit', '.fini', '.ctors', '.dtors'];

/** Whether a section lists constructors or destructors of the process, or is one. */
export function runsUnnamed(object: ElfObject, index: number): boolean {
  return (
    RUN_UNNAMED_TYPES.has(object.sections.types[index]!) ||
    (firstPrefix(object, index, POSSIBLE_NAMES) >= 0 &&
      RUN_UNNAMED_NAMES.test(object.sectionName(index)))
  );
}

/** Usual sections of one function, constant or static each. */
const LABELS = [
  '.text.unlikely',
  '.text',
  '.rodata',
  '.data.rel.ro',
  '.gcc_except_table',
  '.bss',
  '.data',
  '.tdata',
  '.tbss',
];
const LABEL_PREFIXES = LABELS.map((label) => `${label}.`);

/** The name of a section without that of the function or static in it, for people. */
export function sectionLabel(object: ElfObject, index: number): string {
  return LABELS[firstPrefix(object, index, LABEL_PREFIXES)] ?? object.sectionName(index);
}

/** Which of some texts a section's name begins with first; -1 for none. */
function firstPrefix(object: ElfObject, index: number, prefixes: readonly string[]): number {
  for (let number = 0; number < prefixes.length; number++)
    if (object.sectionNameStartsWith(index, prefixes[number]!)) return number;
  return -1;
}
