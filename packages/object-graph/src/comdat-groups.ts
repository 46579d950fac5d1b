import * as elf from './elf/constants';
import type { ElfObject } from './elf/elf-object';
import { ObjectGraphError } from './errors';

/** Sections of which a link takes one copy: of all groups with one signature, the first (gABI, chapter 4, "Section Groups"). */
export interface ComdatGroup {
  readonly signature: string;
  /** Section indices. */
  readonly sections: readonly number[];
}

/** @throws {ObjectGraphError} `MALFORMED_OBJECT` for a group that is not one; `TRUNCATED`. */
export function comdatGroups(object: ElfObject): ComdatGroup[] {
  const groups: ComdatGroup[] = [];
  for (let index = 1; index < object.sectionCount; index++) {
    if (object.sections.types[index] !== elf.SHT_GROUP) continue;
    const words = wordsOf(object, index);
    const [flags, ...sections] = words;
    const wrong = sections.find((section) => section === 0 || section >= object.sectionCount);
    if (flags === undefined || wrong !== undefined) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${object.name}: the group ${index} holds section ${wrong} of ${object.sectionCount}`,
      );
    }
    if ((flags & elf.GRP_COMDAT) !== 0)
      groups.push({ signature: signatureOf(object, index), sections });
  }
  return groups;
}

function signatureOf(object: ElfObject, index: number): string {
  const { infos, links, types } = object.sections;
  const [info, link] = [infos[index]!, links[index]!];
  if (types[link] !== elf.SHT_SYMTAB) {
    throw new ObjectGraphError(
      'MALFORMED_OBJECT',
      `${object.name}: the group ${index} has its name in section ${link}`,
    );
  }
  const symbols = object.symbolTable();
  const section = symbols.section(info);
  // A section's symbol has no name of its own; linkers take the section's.
  return symbols.type(info) === elf.STT_SECTION && section >= 0
    ? object.sectionName(section)
    : symbols.name(info);
}

function wordsOf(object: ElfObject, index: number): number[] {
  const content = object.content(index);
  if (content.length % 4 !== 0) {
    throw new ObjectGraphError(
      'MALFORMED_OBJECT',
      `${object.name}: the group ${index} has ${content.length} bytes`,
    );
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Array.from({ length: content.length / 4 }, (_, word) => view.getUint32(word * 4, true));
}
