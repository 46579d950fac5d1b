import { isArchive, parseArchive } from './archive';
import type { Archive, ArchiveIndex, ArchiveMember } from './archive';
import { comdatGroups } from './comdat-groups';
import * as elf from './elf/constants';
import { COMMON, ElfObject, isElf, UNDEFINED } from './elf/elf-object';
import { ObjectGraphError } from './errors';
import { machineName } from './object-format';

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
 * the command line define a name first (a strong definition before a common
 * one, that before a weak one), then the archives whose indices list it. Of
 * groups with one signature only the first counts. Archive members are parsed
 * when something asks for them.
 */
export class LinkedProgram {
  readonly machine: number;
  readonly #objects: LinkedObject[] = [];
  readonly #archives: LoadedArchive[] = [];
  readonly #definitions = new Map<string, Definition>();
  /** Per name, the first archive member that its archive's index lists; the archive's position times {@link HEADER_OFFSETS} is added. */
  readonly #archiveSymbols = new Map<string, number>();
  /** Further members of the few names that several members define. */
  readonly #furtherArchiveSymbols = new Map<string, Set<number>>();
  readonly #resolvedInArchives = new Map<string, readonly Definition[]>();
  /** Of the objects named on the command line: sections of groups that the linker keeps, unless a member's comes first. */
  readonly #grouped = new Map<LinkedObject, ReadonlySet<number>>();
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
    const signatures = new Set<string>();
    for (const object of this.explicitObjects()) this.#addDefinitions(object, signatures);
    if (this.#archives.length > MAXIMUM_ARCHIVES) {
      throw new ObjectGraphError('UNSUPPORTED_ARCHIVE', `${this.#archives.length} archives`);
    }
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
   * loaded by then, so all of them count; so does a member beside a definition
   * that it may replace: a weak one, a common one, or one of a group.
   */
  resolve(name: string): readonly Definition[] {
    const known = this.#definitions.get(name);
    if (known === undefined) return this.#resolveInArchives(name);
    return this.#mayLose(known) && !isEverywhereEqual(name)
      ? [known, ...this.#resolveInArchives(name)]
      : [known];
  }

  #mayLose({ object, symbol }: Definition): boolean {
    const { binding, section } = object.elf.symbol(symbol);
    return rank(binding, section) < STRONG || this.#grouped.get(object)?.has(section) === true;
  }

  #resolveInArchives(name: string): readonly Definition[] {
    let definitions = this.#resolvedInArchives.get(name);
    if (definitions === undefined) {
      definitions = this.#membersThatDefine(name);
      this.#resolvedInArchives.set(name, definitions);
    }
    return definitions;
  }

  #membersThatDefine(name: string): Definition[] {
    const first = this.#archiveSymbols.get(name);
    if (first === undefined) return [];
    return [first, ...(this.#furtherArchiveSymbols.get(name) ?? [])].map((packed) => {
      const loaded = this.#archives[Math.floor(packed / HEADER_OFFSETS)]!;
      const object = this.#member(loaded, packed % HEADER_OFFSETS);
      const symbol = object === undefined ? undefined : this.#symbolsOf(object).get(name);
      if (object === undefined || symbol === undefined) {
        throw new ObjectGraphError(
          'MALFORMED_OBJECT',
          `${loaded.file.name}: its index says that ${object?.elf.name ?? 'its metadata'} defines ${name}, which it does not`,
        );
      }
      return { object, symbol };
    });
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
        `${name}: file type ${object.type} for ${machineName(object.machine)}, expected a relocatable object for ${machineName(this.machine)}`,
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

  #addDefinitions(object: LinkedObject, signatures: Set<string>): void {
    const kept = new Set<number>();
    const discarded = new Set<number>();
    const groups = comdatGroups(object.elf);
    for (const { signature, sections } of groups) {
      for (const section of sections) (signatures.has(signature) ? discarded : kept).add(section);
    }
    for (const { signature } of groups) signatures.add(signature);
    this.#grouped.set(object, kept);
    for (const { index, name, binding, section } of definedGlobals(object.elf)) {
      if (discarded.has(section)) continue;
      const known = this.#definitions.get(name);
      if (known === undefined || replaces(object, index, binding, known))
        this.#definitions.set(name, { object, symbol: index });
    }
  }

  #addArchiveSymbols(loaded: LoadedArchive, position: number): void {
    const { names, headerOffsets } = loaded.archive.symbols ?? this.#indexMembers(loaded);
    names.forEach((name, index) => {
      const headerOffset = headerOffsets[index]!;
      if (!loaded.members.has(headerOffset)) {
        throw new ObjectGraphError(
          'MALFORMED_OBJECT',
          `${loaded.file.name}: its index names a member at ${headerOffset}, where none is`,
        );
      }
      const packed = position * HEADER_OFFSETS + headerOffset;
      const first = this.#archiveSymbols.get(name);
      if (first === undefined) {
        this.#archiveSymbols.set(name, packed);
        return;
      }
      if (isEverywhereEqual(name) || packed === first) return;
      const further = this.#furtherArchiveSymbols.get(name);
      if (further === undefined) this.#furtherArchiveSymbols.set(name, new Set([packed]));
      else further.add(packed);
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
    const member = loaded.members.get(headerOffset)!;
    // Crate metadata is no object on some targets; where it's wrapped in one, that holds nothing to be linked.
    if (member.name.endsWith('.rmeta') && !isElf(member.bytes)) return undefined;
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

/** Archives are packed with header offsets into one number: so many of them, of 1 TiB each. */
const MAXIMUM_ARCHIVES = 2 ** 13;
const HEADER_OFFSETS = 2 ** 40;

const WEAK = 0;
const COMMON_RANK = 1;
const STRONG = 2;

/** How definitions of one name compare: linkers take the highest, and of equal ones the first. */
function rank(binding: number, section: number): number {
  if (binding === elf.STB_WEAK) return WEAK;
  return section === COMMON ? COMMON_RANK : STRONG;
}

function replaces(
  object: LinkedObject,
  index: number,
  binding: number,
  known: Definition,
): boolean {
  const { section, size } = object.elf.symbol(index);
  const other = known.object.elf.symbol(known.symbol);
  const [ours, theirs] = [rank(binding, section), rank(other.binding, other.section)];
  // Common symbols are one variable, as large as the largest.
  return ours > theirs || (ours === COMMON_RANK && theirs === COMMON_RANK && size > other.size);
}

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
): Iterable<{ index: number; name: string; binding: number; section: number }> {
  const count = object.symbolCount();
  for (let index = Math.max(1, object.firstGlobalSymbol()); index < count; index++) {
    const section = object.symbolSection(index);
    if (section === UNDEFINED) continue;
    const { binding } = object.symbol(index);
    const name = object.symbolName(index);
    if (name !== '') yield { index, name, binding, section };
  }
}
