import { isArchive, parseArchive } from './archive';
import type { Archive, ArchiveMember } from './archive';
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
 * then the first archive whose index lists it. Archive members are parsed when
 * something asks for them.
 */
export class LinkedProgram {
  readonly machine: number;
  readonly #objects: LinkedObject[] = [];
  readonly #archives: LoadedArchive[] = [];
  readonly #definitions = new Map<string, Definition>();
  readonly #archiveSymbols = new Map<string, { archive: LoadedArchive; headerOffset: number }>();
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
    for (const loaded of this.#archives) this.#addArchiveSymbols(loaded);
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
   * The definitions that the linker may take for a name: none, one, or, where
   * a weak one meets an archive that has another, both.
   */
  resolve(name: string): readonly Definition[] {
    const known = this.#definitions.get(name);
    if (known === undefined) {
      const member = this.#resolveInArchives(name);
      return member === undefined ? [] : [member];
    }
    const isWeak = known.object.elf.symbol(known.symbol).binding === elf.STB_WEAK;
    const other = isWeak && known.object.explicit ? this.#resolveInArchives(name) : undefined;
    return other === undefined ? [known] : [known, other];
  }

  #resolveInArchives(name: string): Definition | undefined {
    const candidate = this.#archiveSymbols.get(name);
    if (candidate === undefined) return undefined;
    const object = this.#member(candidate.archive, candidate.headerOffset);
    if (object === undefined) return undefined;
    let symbols = this.#memberSymbols.get(object);
    if (symbols === undefined) {
      symbols = new Map(
        [...definedGlobals(object.elf)].map(({ index, name: global }) => [global, index]),
      );
      this.#memberSymbols.set(object, symbols);
    }
    const symbol = symbols.get(name);
    if (symbol === undefined) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${candidate.archive.file.name}: its index says that ${object.elf.name} defines ${name}, which it does not`,
      );
    }
    return { object, symbol };
  }

  /** Names that the executable takes from shared libraries. */
  imports(): ReadonlySet<string> {
    if (this.#imports === undefined) {
      this.#imports = new Set();
      for (const symbol of dynamicSymbols(this.#executable)) {
        if (symbol.section === UNDEFINED) this.#imports.add(symbol.name);
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
    for (const symbol of dynamicSymbols(this.#executable)) {
      if (symbol.section !== UNDEFINED && symbol.name !== '') names.add(symbol.name);
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
    const { optimized, isStandard } = file;
    const linked = { id: this.#objects.length, elf: object, optimized, isStandard, explicit };
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

  #addArchiveSymbols(loaded: LoadedArchive): void {
    const index = loaded.archive.symbols ?? this.#indexMembers(loaded);
    for (const [name, headerOffset] of index) {
      if (!this.#archiveSymbols.has(name))
        this.#archiveSymbols.set(name, { archive: loaded, headerOffset });
    }
  }

  /** An archive without an index is indexed by reading all of its members. */
  #indexMembers(loaded: LoadedArchive): Map<string, number> {
    const index = new Map<string, number>();
    for (const member of loaded.archive.members) {
      const object = this.#member(loaded, member.headerOffset);
      if (object === undefined) continue;
      for (const { name } of definedGlobals(object.elf)) {
        if (!index.has(name)) index.set(name, member.headerOffset);
      }
    }
    return index;
  }

  #member(loaded: LoadedArchive, headerOffset: number): LinkedObject | undefined {
    const known = loaded.objects.get(headerOffset);
    if (known !== undefined) return known;
    const member = loaded.members.get(headerOffset);
    // Crate metadata is wrapped in ELF too, but the linker is never asked for it.
    if (member === undefined || member.name.endsWith('.rmeta')) return undefined;
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

function* dynamicSymbols(executable: ElfObject) {
  const count = executable.symbolCount(elf.SHT_DYNSYM);
  for (let index = 1; index < count; index++) yield executable.symbol(index, elf.SHT_DYNSYM);
}

function* definedGlobals(
  object: ElfObject,
): Iterable<{ index: number; name: string; binding: number }> {
  const count = object.symbolCount();
  for (let index = Math.max(1, object.firstGlobalSymbol()); index < count; index++) {
    const symbol = object.symbol(index);
    if (symbol.section !== UNDEFINED && symbol.name !== '')
      yield { index, name: symbol.name, binding: symbol.binding };
  }
}
