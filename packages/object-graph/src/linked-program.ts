import { isArchive, parseArchive } from './archive';
import type { Archive, ArchiveIndex, ArchiveMember } from './archive';
import * as elf from './elf/constants';
import { ElfObject, UNDEFINED } from './elf/elf-object';
import { ObjectGraphError } from './errors';

/** One input of a link: an object or an archive of objects. */
export interface LinkedFile {
  /** For messages only; it enters no fingerprint. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Compiled with optimisation: what code does with a panic location can then not be told from its calls. */
  readonly optimized: boolean;
  /** Comes with the toolchain, such as the archives of `core` and `std`. */
  readonly isStandard: boolean;
  /** Comes from a crate of the workspace (or one that it depends on by path), not from a registry or the toolchain. */
  readonly isWorkspace: boolean;
}

/** What the linker was given, in its order, and what it made. */
export interface Link {
  readonly files: readonly LinkedFile[];
  /** The linked executable. */
  readonly executable: Uint8Array;
}

/** An object that takes part in the link: named itself, or a member of an archive. */
export interface LinkedObject {
  readonly id: number;
  readonly elf: ElfObject;
  readonly optimized: boolean;
  readonly isStandard: boolean;
  readonly isWorkspace: boolean;
  /** An object named on the command line is linked whole; a member only if something asks for it. */
  readonly explicit: boolean;
}

/** Where a name is defined. */
export interface Definition {
  readonly object: LinkedObject;
  readonly symbol: number;
}

interface LoadedArchive {
  readonly archive: Archive;
  readonly file: LinkedFile;
  readonly members: ReadonlyMap<number, ArchiveMember>;
  readonly objects: Map<number, LinkedObject>;
}

/**
 * The inputs of one link with the linker's symbol resolution: objects named on
 * the command line define a name first (a strong definition before a weak one),
 * then the archives whose indices list it. Archive members are parsed when
 * something asks for them.
 */
export class LinkedProgram {
  readonly machine: number;
  readonly #objects: LinkedObject[] = [];
  readonly #archives: LoadedArchive[] = [];
  readonly #definitions = new Map<string, Definition>();
  /** Per name, the first archive member that its archive's index lists; the archive's position times {@link HEADER_OFFSETS} is added. */
  readonly #archiveSymbols = new Map<string, number>();
  /** Further members of the few names that several members define. */
  readonly #furtherArchiveSymbols = new Map<string, number[]>();
  readonly #executable: ElfObject;
  readonly #memberSymbols = new Map<LinkedObject, Map<string, number>>();
  #imports: Set<string> | undefined;

  /** @throws {ObjectGraphError} when an input cannot be followed. */
  constructor(link: Link) {
    this.#executable = new ElfObject(link.executable, 'executable');
    this.machine = this.#executable.machine;
    for (const file of link.files) {
      if (isArchive(file.bytes)) this.#addArchive(file);
      else this.#addObject(file.bytes, file.name, file, true);
    }
    for (const object of this.explicitObjects()) this.#addDefinitions(object);
    this.#archives.forEach((loaded, position) => this.#addArchiveSymbols(loaded, position));
  }

  /** Objects that are linked whatever they define. */
  explicitObjects(): LinkedObject[] {
    return this.#objects.filter((object) => object.explicit);
  }

  /**
   * Every object that may be linked, members of archives included: more than
   * the linker takes, which is the safe side for sections that run unnamed.
   */
  allObjects(): LinkedObject[] {
    for (const loaded of this.#archives) {
      for (const member of loaded.archive.members) this.#member(loaded, member.headerOffset);
    }
    return [...this.#objects].sort((a, b) => a.id - b.id);
  }

  /**
   * The definitions that the linker may take for a name: usually one or none.
   * Which of several archive members it takes depends on what else it has
   * loaded by then, so all of them count; so does a member beside a weak
   * definition, which it may replace.
   */
  resolve(name: string): readonly Definition[] {
    const known = this.#definitions.get(name);
    if (known === undefined) return this.#resolveInArchives(name);
    const mayLose =
      known.object.elf.symbol(known.symbol).binding === elf.STB_WEAK && !isEverywhereEqual(name);
    return mayLose ? [known, ...this.#resolveInArchives(name)] : [known];
  }

  #resolveInArchives(name: string): Definition[] {
    const first = this.#archiveSymbols.get(name);
    if (first === undefined) return [];
    const definitions: Definition[] = [];
    for (const packed of [first, ...(this.#furtherArchiveSymbols.get(name) ?? [])]) {
      const loaded = this.#archives[Math.floor(packed / HEADER_OFFSETS)]!;
      const object = this.#member(loaded, packed % HEADER_OFFSETS);
      if (object === undefined) continue;
      const symbol = this.#symbolsOf(object).get(name);
      if (symbol === undefined) {
        throw new ObjectGraphError(
          'MALFORMED_OBJECT',
          `${loaded.file.name}: its index says that ${object.elf.name} defines ${name}, which it does not`,
        );
      }
      definitions.push({ object, symbol });
    }
    return definitions;
  }

  #symbolsOf(object: LinkedObject): ReadonlyMap<string, number> {
    let symbols = this.#memberSymbols.get(object);
    if (symbols === undefined) {
      symbols = new Map([...definedGlobals(object.elf)].map(({ index, name }) => [name, index]));
      this.#memberSymbols.set(object, symbols);
    }
    return symbols;
  }

  /** Names that the executable takes from shared libraries. */
  imports(): ReadonlySet<string> {
    if (this.#imports === undefined) {
      this.#imports = new Set();
      for (const { name, isDefined } of dynamicSymbols(this.#executable)) {
        if (!isDefined) this.#imports.add(name);
      }
    }
    return this.#imports;
  }

  /**
   * Names that the executable defines for shared libraries to call: the linker
   * exports just those that a library on its command line refers to or
   * defines as well, such as a crate's own `getpid`.
   */
  exports(): string[] {
    const names = new Set<string>();
    for (const { name, isDefined } of dynamicSymbols(this.#executable)) {
      if (isDefined && name !== '') names.add(name);
    }
    return [...names].sort();
  }

  /** Defined global names that match, sorted. */
  namesMatching(pattern: RegExp): string[] {
    const names = [...this.#definitions.keys(), ...this.#archiveSymbols.keys()].filter((name) =>
      pattern.test(name),
    );
    return [...new Set(names)].sort();
  }

  #addObject(bytes: Uint8Array, name: string, file: LinkedFile, explicit: boolean): LinkedObject {
    const object = new ElfObject(bytes, name);
    if (object.type !== elf.ET_REL || object.machine !== this.machine) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${name}: file type ${object.type} for machine ${object.machine}, expected a relocatable object for machine ${this.machine}`,
      );
    }
    if (!file.isStandard) refuseSlimObject(object);
    const { optimized, isStandard, isWorkspace } = file;
    const id = this.#objects.length;
    const linked = { id, elf: object, optimized, isStandard, isWorkspace, explicit };
    this.#objects.push(linked);
    return linked;
  }

  #addArchive(file: LinkedFile): void {
    const archive = parseArchive(file.bytes, file.name);
    const members = new Map(archive.members.map((member) => [member.headerOffset, member]));
    this.#archives.push({ archive, members, file, objects: new Map() });
  }

  #addDefinitions(object: LinkedObject): void {
    for (const { index, name, binding } of definedGlobals(object.elf)) {
      const known = this.#definitions.get(name);
      const isStronger =
        known !== undefined &&
        binding !== elf.STB_WEAK &&
        known.object.elf.symbol(known.symbol).binding === elf.STB_WEAK;
      if (known === undefined || isStronger) this.#definitions.set(name, { object, symbol: index });
    }
  }

  #addArchiveSymbols(loaded: LoadedArchive, position: number): void {
    const { names, headerOffsets } = loaded.archive.symbols ?? this.#indexMembers(loaded);
    names.forEach((name, index) => {
      const packed = position * HEADER_OFFSETS + headerOffsets[index]!;
      const first = this.#archiveSymbols.get(name);
      if (first === undefined) {
        this.#archiveSymbols.set(name, packed);
        return;
      }
      if (isEverywhereEqual(name)) return;
      const further = this.#furtherArchiveSymbols.get(name) ?? [];
      if (packed !== first && !further.includes(packed))
        this.#furtherArchiveSymbols.set(name, [...further, packed]);
    });
  }

  /** An archive without an index is indexed by reading all of its members. */
  #indexMembers(loaded: LoadedArchive): ArchiveIndex {
    const names: string[] = [];
    const headerOffsets: number[] = [];
    for (const { headerOffset } of loaded.archive.members) {
      const object = this.#member(loaded, headerOffset);
      if (object === undefined) continue;
      for (const name of this.#symbolsOf(object).keys()) {
        names.push(name);
        headerOffsets.push(headerOffset);
      }
    }
    return { names, headerOffsets };
  }

  #member(loaded: LoadedArchive, headerOffset: number): LinkedObject | undefined {
    const known = loaded.objects.get(headerOffset);
    if (known !== undefined) return known;
    const member = loaded.members.get(headerOffset);
    if (member === undefined) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${loaded.file.name}: its index names a member at ${headerOffset}, where none is`,
      );
    }
    // Crate metadata is wrapped in ELF too, but the linker is never asked for it.
    if (member.name.endsWith('.rmeta')) return undefined;
    const object = this.#addObject(
      member.bytes,
      `${loaded.file.name}(${member.name})`,
      loaded.file,
      false,
    );
    loaded.objects.set(headerOffset, object);
    return object;
  }
}

/** Archives are packed with header offsets into one number: below 2^13 of them, of 1 TiB each. */
const HEADER_OFFSETS = 2 ** 40;

/** Refuses what GCC leaves for link-time optimisation: code in a form of its own, none in the sections. */
function refuseSlimObject(object: ElfObject): void {
  for (let index = 1; index < object.sectionCount; index++) {
    if (!object.sectionNameStartsWith(index, '.gnu.lto_.lto.')) continue;
    // GCC's `struct lto_section`: two 16-bit version numbers, then whether the object is slim.
    if (object.content(index)[4] !== 0) {
      throw new ObjectGraphError(
        'BITCODE',
        `${object.name} holds GCC's intermediate code, no machine code`,
      );
    }
  }
}

/** Whether every definition of a name says the same: `DW.ref.X`, the address of X, which compilers put into each object. */
function isEverywhereEqual(name: string): boolean {
  return name.startsWith('DW.ref.');
}

function* dynamicSymbols(executable: ElfObject): Iterable<{ name: string; isDefined: boolean }> {
  const count = executable.symbolCount(elf.SHT_DYNSYM);
  for (let index = 1; index < count; index++) {
    const { section } = executable.symbol(index, elf.SHT_DYNSYM);
    yield { name: executable.symbolName(index, elf.SHT_DYNSYM), isDefined: section !== UNDEFINED };
  }
}

function* definedGlobals(
  object: ElfObject,
): Iterable<{ index: number; name: string; binding: number }> {
  const count = object.symbolCount();
  for (let index = Math.max(1, object.firstGlobalSymbol()); index < count; index++) {
    if (object.symbolSection(index) === UNDEFINED) continue;
    const { binding } = object.symbol(index);
    const name = object.symbolName(index);
    if (name !== '') yield { index, name, binding };
  }
}
