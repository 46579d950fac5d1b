import { sourceOf } from './byte-source';
import type { ByteSource } from './byte-source';
import { DefinitionColumn } from './definition-column';
import { ObjectGraphError } from './errors';
import { isImported, readExecutable } from './executable';
import type { Executable } from './executable';
import { NameIndex } from './name-index';
import type { Names } from './name-index';
import type { NamedPlace } from './named-places';
import { NameList } from './name-list';
import { machineName } from './object-format';
import { DEFINITION, tableName } from './object-table';
import type { FileTable, MemberTable, ObjectTable } from './object-table';
import { FileReader, named } from './read-file';
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
  readonly #resolved = new Map<number, readonly Definition[]>();
  /** Per object, the numbers of the names that it refers to, plus 1; 0 for not asked yet. */
  readonly #externalNumbers: (Int32Array | undefined)[] = [];
  /** Of the objects named on the command line: groups that the linker keeps, unless a member's comes first. */
  readonly #keptGroups = new Map<LinkedObject, ReadonlySet<number>>();
  readonly #imports: ReadonlySet<string>;

  /** @throws {ObjectGraphError} when an input cannot be followed. */
  constructor(link: Link) {
    const { executable } = link;
    this.executable = 'imports' in executable ? executable : readExecutable(executable);
    this.#imports = new Set(this.executable.imports);
    const reader = new FileReader(link.places);
    const archives: { table: FileTable; objects: (LinkedObject | undefined)[] }[] = [];
    for (const file of link.files) {
      const table = fileTable(file, reader);
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
   * @param external Index of a global name that the object refers to.
   */
  resolve(object: LinkedObject, external: number): readonly Definition[] {
    const definitions = this.definitions(object, external);
    if (this.#missing.size > 0) {
      const name = object.table.externals[external * 2]!;
      this.#refuseMissing(tableName(object.table, name), definitions);
    }
    return definitions;
  }

  /** As {@link resolve}, also for a name that an archive's index is wrong about. */
  definitions(object: LinkedObject, external: number): readonly Definition[] {
    return this.#definitionsOf(this.externalNumber(object, external));
  }

  /** The number of a global name that an object refers to, the same for all objects. */
  externalNumber({ id, table }: LinkedObject, external: number): number {
    const numbers = (this.#externalNumbers[id] ??= new Int32Array(table.externals.length / 2));
    if (numbers[external] === 0)
      numbers[external] = this.#names.add(table, table.externals[external * 2]!) + 1;
    return numbers[external]! - 1;
  }

  /** How many names are defined; their numbers are below it. */
  get nameCount(): number {
    return this.#names.size;
  }

  /** Whether what a name stands for depends on who asks: some archive's index is wrong about a name. */
  get hasMissingDefinitions(): boolean {
    return this.#missing.size > 0;
  }

  /** As {@link resolve}, for a name as text. */
  resolveText(name: string): readonly Definition[] {
    return this.#definitionsOf(this.#numberOf(name));
  }

  /** The number of a name that is known; -1 for another. */
  numberOf(table: Names, name: number): number {
    return this.#names.find(table, name);
  }

  /** All names by number. */
  get names(): Iterable<readonly [table: Names, name: number]> {
    return this.#names;
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
      .map((number) => this.#definitionsOf(number))
      .map((definitions) => ({ definitions, text: nameOf(definitions[0]) }))
      .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
      .flatMap(({ definitions }) => definitions);
  }

  /** Whether the executable takes a name from a shared library. */
  isImported(name: string): boolean {
    return isImported(this.#imports, name);
  }

  /** The definitions that the linker may take for the name with a number. */
  #definitionsOf(number: number): readonly Definition[] {
    if (number < 0) return [];
    let definitions = this.#resolved.get(number);
    if (definitions === undefined) {
      definitions = this.#choose(number);
      this.#resolved.set(number, definitions);
    }
    return definitions;
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
        if (externals[at + 1] === 0) addDefining(this.externalNumber(object, at / 2));
      // A variable that an object leaves open may have its value in an archive.
      for (let at = 0; at < definitions.length; at += DEFINITION.stride)
        if (definitions[at + DEFINITION.rank] === COMMON_RANK)
          addDefining(this.#names.find(object.table, definitions[at]!));
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
const isBytes = (bytes: LinkedFile['bytes']): bytes is Uint8Array => bytes instanceof Uint8Array;

function fileTable({ name, bytes }: LinkedFile, reader: FileReader): FileTable {
  if (isTable(bytes)) return bytes;
  return reader.table(name, isBytes(bytes) ? sourceOf(bytes) : bytes);
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
