import { sourceOf } from './byte-source';
import type { ByteSource } from './byte-source';
import { ElfObject, UNDEFINED } from './elf/elf-object';
import { ObjectGraphError } from './errors';
import { foreignNames } from './foreign-imports';
import { NameIndex } from './name-index';
import { NamedPlaces } from './named-places';
import type { NamedPlace } from './named-places';
import { NameList } from './name-list';
import { machineName } from './object-format';
import { ObjectLoader } from './object-loader';
import { DEFINITION, FILE_NAME, tableName } from './object-table';
import type { FileTable, MemberTable, ObjectTable } from './object-table';
import { named, readFileTable, withName } from './read-file';
import { COMMON_RANK, STRONG } from './read-object';

/** One input of a link: an object or an archive of objects. */
export interface LinkedFile {
  /** For messages only; it enters no fingerprint. */
  readonly name: string;
  /** The file, or what was read of it before. */
  readonly bytes: Uint8Array | ByteSource | FileTable;
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
  /** The linked executable, or what was read of it before. */
  readonly executable: Uint8Array | ByteSource | Executable;
  /** The linker was told to take archives whole, or members that nothing asks for. Default: false. */
  readonly takesMore?: boolean;
  /**
   * Folders of this machine whose paths in constants do not count. Files that
   * were read before were read with the same ones. Default: none.
   */
  readonly places?: readonly NamedPlace[];
}

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

/** An object that may take part in the link: named itself, or a member of an archive. */
export interface LinkedObject {
  readonly id: number;
  /** Its file, or `archive(member)`. */
  readonly name: string;
  readonly table: ObjectTable;
  readonly optimized: boolean;
  readonly isStandard: boolean;
  readonly isWorkspace: boolean;
  /** An object named on the command line is linked whole; a member only if something asks for it. */
  readonly explicit: boolean;
}

/** Where a name is defined: an object, and the row of its `definitions`. */
export interface Definition {
  readonly object: LinkedObject;
  readonly row: number;
}

/**
 * The inputs of one link with the linker's symbol resolution: objects named on
 * the command line define a name first (a strong definition before a common
 * one, that before a weak one), then the archives whose indices list it. Of
 * groups with one signature only the first counts.
 */
export class LinkedProgram {
  /** All objects, those of archives included. */
  readonly objects: readonly LinkedObject[];
  /**
   * Those that the linker takes: the ones on the command line, and of archives
   * the members that define what these, or other members, need. Where several
   * members define a name, all of them count.
   */
  readonly linked: readonly LinkedObject[];
  readonly #isLinked: Uint8Array;
  readonly executable: Executable;
  readonly #objects: LinkedObject[] = [];
  readonly #names = new NameIndex();
  /** Per name, the definition of the objects on the command line. */
  readonly #defined = new DefinitionColumn();
  /** Per name, the definition that archives list first, and further ones of the few names that have some. */
  readonly #listedFirst = new DefinitionColumn();
  readonly #listedFurther = new Map<number, Definition[]>();
  /** Names that an archive's index lists and its members lack, with what to say of them. */
  readonly #missing = new Map<string, string>();
  readonly #resolved: (readonly Definition[] | undefined)[] = [];
  /** Of the objects named on the command line: groups that the linker keeps, unless a member's comes first. */
  readonly #keptGroups = new Map<LinkedObject, ReadonlySet<number>>();
  readonly #imports: ReadonlySet<string>;

  /** @throws {ObjectGraphError} when an input cannot be followed. */
  constructor(link: Link) {
    this.executable = readExecutable(link.executable);
    this.#imports = new Set(this.executable.imports);
    const loader = new ObjectLoader();
    const places = new NamedPlaces(link.places ?? []);
    const archives: { table: FileTable; objects: (LinkedObject | undefined)[] }[] = [];
    for (const file of link.files) {
      const table = fileTable(file, loader, places);
      const objects = table.members.map((member) =>
        this.#addObject(file, member, table.index === undefined),
      );
      if (table.index !== undefined) archives.push({ table, objects });
    }
    this.objects = this.#objects;
    const signatures = new Set<number>();
    for (const object of this.#objects)
      if (object.explicit) this.#addDefinitions(object, signatures);
    for (const { table, objects } of archives) this.#addListed(table, objects);
    this.#isLinked = this.#findLinked(link.takesMore ?? false);
    this.linked = this.#objects.filter(({ id }) => this.#isLinked[id] === 1);
  }

  /** The processor that the program is for (`EM_…`). */
  get machine(): number {
    return this.executable.machine;
  }

  /**
   * The definitions that the linker may take for a name: usually one or none.
   * Which of several archive members it takes depends on what else it has
   * loaded by then, so all of them count; so does a member beside a definition
   * that it may replace: a weak one, a common one, or one of a group.
   *
   * @param name Index of a name of the object.
   */
  resolve(object: LinkedObject, name: number): readonly Definition[] {
    const number = this.nameNumber(object, name);
    const definitions = this.definitionsOf(number);
    if (this.#missing.size > 0) this.#refuseMissing(tableName(object.table, name), definitions);
    return definitions;
  }

  /** The number of a name of an object, the same for all objects; -1 for a name that nothing defines. */
  nameNumber({ table }: LinkedObject, name: number): number {
    return this.#names.find(table, name);
  }

  /** Whether what a name stands for depends on who asks: some archive's index is wrong about a name. */
  get hasMissingDefinitions(): boolean {
    return this.#missing.size > 0;
  }

  /** As {@link resolve}, for a name as text. */
  resolveText(name: string): readonly Definition[] {
    return this.definitionsOf(this.#numberOf(name));
  }

  #numberOf(name: string): number {
    const list = new NameList();
    const index = list.add(name);
    return this.#names.find(list.columns, index);
  }

  /** Definitions that objects mark as entries of a kind (`ENTRY`), as far as the linker may take them. */
  entries(kind: number): readonly Definition[] {
    const names = new Set<number>();
    for (const { table } of this.linked) {
      for (let at = 0; at < table.entries.length; at += 2) {
        if (table.entries[at] !== kind) continue;
        const name = table.definitions[table.entries[at + 1]! * DEFINITION.stride]!;
        const number = this.#names.find(table, name);
        if (number >= 0) names.add(number);
      }
    }
    // Sorted by name, as the order of the files says nothing.
    return [...names]
      .map((number) => this.definitionsOf(number))
      .map((definitions) => ({ definitions, text: nameOf(definitions[0]) }))
      .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
      .flatMap(({ definitions }) => definitions);
  }

  /** Whether the executable takes a name from a shared library. */
  isImported(name: string): boolean {
    return this.#imports.has(name);
  }

  /** The definitions that the linker may take for the name with a number; see {@link nameNumber}. */
  definitionsOf(number: number): readonly Definition[] {
    if (number < 0) return [];
    return (this.#resolved[number] ??= this.#choose(number));
  }

  #choose(number: number): readonly Definition[] {
    const known = this.#defined.get(number, this.#objects);
    const first = this.#listedFirst.get(number, this.#objects);
    if (known !== undefined && (first === undefined || !this.#mayLose(known))) return [known];
    const found = [known, ...this.#listed(number)].filter(
      (definition) => definition !== undefined && this.#isLinked[definition.object.id] === 1,
    ) as Definition[];
    // All of them say the same then.
    return found[0] !== undefined && isEverywhereEqual(nameOf(found[0])) ? [found[0]] : found;
  }

  /** What archives define by a name, in their order. */
  #listed(number: number): Definition[] {
    const first = this.#listedFirst.get(number, this.#objects);
    return first === undefined ? [] : [first, ...(this.#listedFurther.get(number) ?? [])];
  }

  /** Per object, 1 if the linker takes it. */
  #findLinked(takesAll: boolean): Uint8Array {
    const isLinked = new Uint8Array(this.#objects.length);
    const waiting: LinkedObject[] = [];
    const add = (object: LinkedObject): void => {
      if (isLinked[object.id] === 1) return;
      isLinked[object.id] = 1;
      waiting.push(object);
    };
    const addDefining = (number: number): void => {
      if (number < 0) return;
      // What an object before the archive defines, the archive is not asked for.
      const known = this.#isCommon(number) ? undefined : this.#defined.get(number, this.#objects);
      for (const { object } of this.#listed(number))
        if (known === undefined || known.object.id > object.id) add(object);
    };
    for (const object of this.#objects) if (takesAll || object.explicit) add(object);
    for (const name of this.executable.exports) addDefining(this.#numberOf(name));
    for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
      const { externals, definitions } = object.table;
      for (let at = 0; at < externals.length; at += 2)
        if (externals[at + 1] === 0) addDefining(this.nameNumber(object, externals[at]!));
      // A variable that an object leaves open may have its value in an archive.
      for (let at = 0; at < definitions.length; at += DEFINITION.stride)
        if (definitions[at + DEFINITION.rank] === COMMON_RANK)
          addDefining(this.nameNumber(object, definitions[at]!));
    }
    return isLinked;
  }

  #isCommon(number: number): boolean {
    const known = this.#defined.get(number, this.#objects);
    const at = (known?.row ?? 0) * DEFINITION.stride + DEFINITION.rank;
    return known?.object.table.definitions[at] === COMMON_RANK;
  }

  #refuseMissing(name: string, definitions: readonly Definition[]): void {
    const problem = this.#missing.get(name);
    const [known] = definitions;
    const isAsked = known === undefined || !known.object.explicit || this.#mayLose(known);
    if (problem !== undefined && isAsked) throw new ObjectGraphError('MALFORMED_OBJECT', problem);
  }

  #mayLose({ object, row }: Definition): boolean {
    const { definitions } = object.table;
    const at = row * DEFINITION.stride;
    const group = definitions[at + DEFINITION.group]!;
    return (
      definitions[at + DEFINITION.rank]! < STRONG ||
      (group >= 0 && this.#keptGroups.get(object)?.has(group) === true)
    );
  }

  #addObject(file: LinkedFile, member: MemberTable, explicit: boolean): LinkedObject | undefined {
    if (member.error !== undefined)
      throw new ObjectGraphError(member.error.code, named(member.error.message, file.name));
    const { table } = member;
    if (table === undefined) return undefined;
    const name = member.name === '' ? file.name : `${file.name}(${member.name})`;
    if (table.machine !== this.machine) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${name}: an object for ${machineName(table.machine)}, expected one for ${machineName(this.machine)}`,
      );
    }
    if (table.isSlim && !file.isStandard) {
      throw new ObjectGraphError(
        'BITCODE',
        `${name} holds GCC's intermediate code, no machine code`,
      );
    }
    const { optimized, isStandard, isWorkspace } = file;
    const id = this.#objects.length;
    const object = { id, name, table, optimized, isStandard, isWorkspace, explicit };
    this.#objects.push(object);
    return object;
  }

  #addDefinitions(object: LinkedObject, signatures: Set<number>): void {
    const { table } = object;
    const kept = new Set<number>();
    const own: number[] = [];
    table.groups.forEach((name, group) => {
      const signature = this.#names.add(table, name);
      own.push(signature);
      if (!signatures.has(signature)) kept.add(group);
    });
    for (const signature of own) signatures.add(signature);
    this.#keptGroups.set(object, kept);
    const { definitions } = table;
    for (let row = 0, at = 0; at < definitions.length; row++, at += DEFINITION.stride) {
      const group = definitions[at + DEFINITION.group]!;
      if (group >= 0 && !kept.has(group)) continue;
      const number = this.#names.add(table, definitions[at]!);
      const known = this.#defined.get(number, this.#objects);
      if (known === undefined || replaces({ object, row }, known))
        this.#defined.set(number, object.id, row);
    }
  }

  #addListed(file: FileTable, objects: readonly (LinkedObject | undefined)[]): void {
    const missing = new Map(file.missing.map(({ entry, name }) => [entry, name]));
    const index = file.index!;
    for (let entry = 0; entry < index.length; entry += 2) {
      const object = objects[index[entry]!];
      const row = index[entry + 1]!;
      const absent = missing.get(entry);
      if (object === undefined || absent !== undefined) {
        const member = object?.name ?? 'its metadata';
        this.#missing.set(
          absent ?? '',
          `an archive's index says that ${member} defines ${absent ?? ''}, which it does not`,
        );
        continue;
      }
      const name = object.table.definitions[row * DEFINITION.stride]!;
      const number = this.#names.add(object.table, name);
      const first = this.#listedFirst.get(number, this.#objects);
      if (first === undefined) {
        this.#listedFirst.set(number, object.id, row);
      } else if (first.object !== object) {
        const further = this.#listedFurther.get(number);
        if (further === undefined) this.#listedFurther.set(number, [{ object, row }]);
        else if (!further.some((other) => other.object === object)) further.push({ object, row });
      }
    }
  }
}

const isTable = (bytes: LinkedFile['bytes']): bytes is FileTable => 'members' in bytes;
const isBytes = (bytes: LinkedFile['bytes'] | Executable): bytes is Uint8Array =>
  bytes instanceof Uint8Array;

function fileTable(
  { name, bytes }: LinkedFile,
  loader: ObjectLoader,
  places: NamedPlaces,
): FileTable {
  if (isTable(bytes)) return bytes;
  return readFileTable(name, isBytes(bytes) ? sourceOf(bytes) : bytes, loader, places);
}

/**
 * Reads what is needed of a linked executable.
 *
 * @throws {ObjectGraphError} for a file that is no executable of a known format.
 */
export function readExecutable(executable: Link['executable']): Executable {
  if ('imports' in executable) return executable;
  const source = isBytes(executable) ? sourceOf(executable) : executable;
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

function nameOf(definition: Definition | undefined): string {
  if (definition === undefined) return '';
  const { table } = definition.object;
  return tableName(table, table.definitions[definition.row * DEFINITION.stride]!);
}

/** Whether every definition of a name says the same: `DW.ref.X`, the address of X, which compilers put into each object. */
function isEverywhereEqual(name: string): boolean {
  return name.startsWith('DW.ref.');
}

function replaces(definition: Definition, known: Definition): boolean {
  const field = ({ object, row }: Definition, which: number) =>
    object.table.definitions[row * DEFINITION.stride + which]!;
  const ours = field(definition, DEFINITION.rank);
  const theirs = field(known, DEFINITION.rank);
  // Common symbols are one variable, as large as the largest.
  return (
    ours > theirs ||
    (ours === COMMON_RANK &&
      theirs === COMMON_RANK &&
      field(definition, DEFINITION.size) > field(known, DEFINITION.size))
  );
}

/** A definition for each of many names, or none. */
class DefinitionColumn {
  /** Per name: object, plus 1, and row. */
  #pairs = new Int32Array(1 << 14);

  get(name: number, objects: readonly LinkedObject[]): Definition | undefined {
    const object = this.#pairs[name * 2] ?? 0;
    return object === 0
      ? undefined
      : { object: objects[object - 1]!, row: this.#pairs[name * 2 + 1]! };
  }

  set(name: number, object: number, row: number): void {
    if (name * 2 >= this.#pairs.length) {
      const larger = new Int32Array(Math.max(this.#pairs.length * 2, name * 2 + 2));
      larger.set(this.#pairs);
      this.#pairs = larger;
    }
    this.#pairs[name * 2] = object + 1;
    this.#pairs[name * 2 + 1] = row;
  }
}
