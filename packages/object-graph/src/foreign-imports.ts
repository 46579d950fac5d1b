import { ByteReader } from './byte-reader';
import * as elf from './elf/constants';
import { UNDEFINED } from './elf/elf-object';
import type { ElfObject } from './elf/elf-object';
import type { Executable } from './executable';
import { StringTable } from './elf/string-table';

/** The C library with its parts, the dynamic linker, and the runtime libraries of compilers. */
const SYSTEM_LIBRARY =
  /^(?:ld-(?:linux|musl)-?[\w-]*|lib(?:c|m|mvec|dl|rt|pthread|util|resolv|nsl|anl|gcc_s|atomic|stdc\+\+|c\.musl-\w+))\.so(?:\.\d+)*$/;

/**
 * Shared libraries other than the system's that an executable needs, and names
 * that it takes from them: those whose version says so, and those without a version if any such library
 * is needed at all (gABI, "Dynamic Section"; LSB Core, "Symbol Versioning").
 *
 * @throws {ObjectGraphError} when these tables are damaged.
 */
export function foreignNames(
  executable: ElfObject,
): Pick<Executable, 'foreignLibraries' | 'foreignImports'> {
  const libraryOfVersion = versionLibraries(executable);
  const foreignLibraries = neededLibraries(executable)
    .filter((name) => !SYSTEM_LIBRARY.test(name))
    .sort();
  const versions = tableOfType(executable, elf.SHT_GNU_VERSYM);
  const symbols = executable.dynamicSymbols();
  const names: string[] = [];
  for (let index = 1; index < (symbols?.count ?? 0); index++) {
    if (symbols!.section(index) !== UNDEFINED) continue;
    const version = (versions?.reader.u16(index * 2) ?? 0) & VERSION_BITS;
    const library = libraryOfVersion.get(version);
    const isForeign =
      library === undefined ? foreignLibraries.length > 0 : !SYSTEM_LIBRARY.test(library);
    if (isForeign) names.push(symbols!.name(index));
  }
  return { foreignLibraries, foreignImports: names };
}

/** The highest bit says that a symbol is hidden. */
const VERSION_BITS = 0x7fff;

function versionLibraries(executable: ElfObject): Map<number, string> {
  const libraries = new Map<number, string>();
  const table = tableOfType(executable, elf.SHT_GNU_VERNEED);
  if (table === undefined) return libraries;
  const { reader, strings } = table;
  for (let at = 0, next = 1; next !== 0; at += next) {
    const library = strings().text(reader.u32(at + 4));
    let version = at + reader.u32(at + 8);
    for (let left = reader.u16(at + 2); left > 0; left--) {
      libraries.set(reader.u16(version + 6) & VERSION_BITS, library);
      const nextVersion = reader.u32(version + 12);
      if (nextVersion === 0) break;
      version += nextVersion;
    }
    next = reader.u32(at + 12);
  }
  return libraries;
}

/** What a shared library needs besides the system's libraries, and the folders that it names for looking for them. */
export function libraryNeeds(library: ElfObject): {
  readonly libraries: readonly string[];
  readonly folders: readonly string[];
} {
  return {
    libraries: neededLibraries(library).filter((name) => !SYSTEM_LIBRARY.test(name)),
    folders: dynamicTexts(library, [DT_RPATH, DT_RUNPATH]).flatMap((text) => text.split(':')),
  };
}

const neededLibraries = (file: ElfObject): string[] => dynamicTexts(file, [DT_NEEDED]);

function dynamicTexts(file: ElfObject, tags: readonly number[]): string[] {
  const table = tableOfType(file, elf.SHT_DYNAMIC);
  if (table === undefined) return [];
  const { reader, strings } = table;
  const texts: string[] = [];
  for (let at = 0; at + DYNAMIC_ENTRY <= reader.length; at += DYNAMIC_ENTRY)
    if (tags.includes(reader.u64(at))) texts.push(strings().text(reader.u64(at + 8)));
  return texts;
}

const DYNAMIC_ENTRY = 16;
const DT_NEEDED = 1;
const DT_RPATH = 15;
const DT_RUNPATH = 29;

/** The first section of a type, and the texts that it refers to. */
function tableOfType(
  file: ElfObject,
  type: number,
): { readonly reader: ByteReader; strings(): StringTable } | undefined {
  for (let index = 1; index < file.sectionCount; index++) {
    if (file.sections.types[index] !== type) continue;
    return {
      reader: new ByteReader(file.content(index), file.name),
      strings: () => {
        const content = file.content(file.sections.links[index]!);
        return new StringTable(new ByteReader(content, file.name), 0, content.length);
      },
    };
  }
  return undefined;
}
