import * as elf from './elf/constants';
import type { ElfObject } from './elf/elf-object';
import type { ObjectGraph } from './object-graph';

const RUN_UNNAMED_TYPES = new Set([elf.SHT_INIT_ARRAY, elf.SHT_FINI_ARRAY, elf.SHT_PREINIT_ARRAY]);
const RUN_UNNAMED_NAMES =
  /^\.(?:(?:pre)?init_array|fini_array|ctors|dtors)(?:\.|$)|^\.(?:init|fini)$/;

/** What belongs to every test without any test naming it. */
export interface SharedRoots {
  /** Constructors and destructors of the process, and functions that shared libraries call back. */
  readonly unnamed: readonly number[];
  /** The test harness, which allocates by the crate's own allocator. */
  readonly harness: readonly number[];
}

/** Finds the roots that every test shares, in the order of the link. */
export function sharedRoots(graph: ObjectGraph): SharedRoots {
  const unnamed: number[] = [];
  for (const object of graph.program.allObjects()) {
    for (let index = 1; index < object.elf.sectionCount; index++) {
      if (
        !RUN_UNNAMED_TYPES.has(object.elf.sectionType(index)) &&
        !hasPossibleName(object.elf, index)
      )
        continue;
      const section = object.elf.section(index);
      if ((section.flags & elf.SHF_ALLOC) === 0) continue;
      if (
        RUN_UNNAMED_TYPES.has(section.type) ||
        RUN_UNNAMED_NAMES.test(object.elf.sectionName(index))
      ) {
        unnamed.push(graph.nodeAtOffset(object, index, 0));
      }
    }
  }
  for (const name of graph.program.exports()) unnamed.push(...graph.nodesOf(name));
  const harness = graph.program.namesMatching(HARNESS).flatMap((name) => graph.nodesOf(name));
  return { unnamed, harness };
}

/** `test::test_main_static`, the harness's entry, in either mangling. */
const HARNESS = /^_(?:ZN4test16test_main_static17h|RNv.*_4test16test_main_static$)/;

/** Whether a section's name begins like one of those that run unnamed; most names need not be read then. */
function hasPossibleName(file: ElfObject, index: number): boolean {
  return ['.init', '.preinit', '.fini', '.ctors', '.dtors'].some((prefix) =>
    file.sectionNameStartsWith(index, prefix),
  );
}
