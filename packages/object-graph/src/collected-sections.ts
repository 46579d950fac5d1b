import * as elf from './elf/constants';
import type { LinkedObject } from './linked-program';

/**
 * The loaded sections, of all objects, whose names a linker makes `__start_NAME`
 * and `__stop_NAME` for: code that refers to these sees all of them, though no
 * reference leads to any (linkme works that way). A name with a dot is not free for that.
 */
export function sectionsByName(
  objects: readonly LinkedObject[],
): Map<string, { object: LinkedObject; section: number }[]> {
  const byName = new Map<string, { object: LinkedObject; section: number }[]>();
  for (const object of objects) {
    for (let section = 1; section < object.elf.sectionCount; section++) {
      if (object.elf.sectionNameStartsWith(section, '.')) continue;
      if ((object.elf.section(section).flags & elf.SHF_ALLOC) === 0) continue;
      const name = object.elf.sectionName(section);
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [{ object, section }]);
      else list.push({ object, section });
    }
  }
  return byName;
}
