import { sourceOf } from './byte-source';
import type { ByteSource } from './byte-source';
import { ElfObject, isElf, UNDEFINED } from './elf/elf-object';
import { foreignNames, libraryNeeds } from './foreign-imports';
import { ObjectLoader } from './object-loader';
import { FILE_NAME } from './object-table';
import { withName } from './read-file';

/** What is needed of a linked executable. */
export interface Executable {
  readonly machine: number;
  /** Names that it takes from shared libraries. */
  readonly imports: readonly string[];
  /**
   * Names that it defines for shared libraries to call, sorted: the linker
   * exports just those that a library on its command line refers to or defines
   * as well, such as a crate's own `getpid`.
   */
  readonly exports: readonly string[];
  /** Names of the shared libraries that it needs, but for the system's, sorted. */
  readonly foreignLibraries: readonly string[];
  /** Those of `imports` that come from other than the system's libraries; see `foreignImports`. */
  readonly foreignImports: readonly string[];
}

/**
 * Reads what is needed of a linked executable.
 *
 * @throws {ObjectGraphError} for a file that is no executable of a known format.
 */
export function readExecutable(executable: Uint8Array | ByteSource): Executable {
  const source = executable instanceof Uint8Array ? sourceOf(executable) : executable;
  return withName('executable', () => {
    const bytes = new ObjectLoader().load({ source, start: 0, size: source.size });
    const file = new ElfObject(bytes, FILE_NAME);
    const symbols = file.dynamicSymbols();
    const imports: string[] = [];
    const exports = new Set<string>();
    for (let index = 1; index < (symbols?.count ?? 0); index++) {
      const name = symbols!.name(index);
      if (symbols!.section(index) === UNDEFINED) imports.push(name);
      else if (name !== '') exports.add(name);
    }
    return {
      machine: file.machine,
      imports,
      exports: [...exports].sort(),
      ...foreignNames(file),
    };
  });
}

/**
 * What a shared library needs besides the system's libraries, and the folders that it
 * names for looking for them; nothing for a file of another format.
 *
 * @throws {ObjectGraphError} when its tables are damaged.
 */
export function readLibraryNeeds(library: Uint8Array): ReturnType<typeof libraryNeeds> {
  if (!isElf(library)) return { libraries: [], folders: [] };
  return withName('shared library', () => libraryNeeds(new ElfObject(library, FILE_NAME)));
}

/** Whether a name is one of those that an executable takes from shared libraries. */
export function isImported(imports: ReadonlySet<string>, name: string): boolean {
  // A reference to `name@VERSION`, which the table of imports lists without it.
  return imports.has(name.replace(/(.)@.*/, '$1'));
}
