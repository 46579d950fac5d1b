import type { Executable } from './executable';
import type { LinkState, StateFile } from './link-state';
import { DEFINITION } from './object-table';
import type { FileTable, ObjectTable } from './object-table';

/** A file of a link that need not be read if its key is known. */
export interface KeyedFile extends StateFile {
  /** For messages, and for names of statics that have none. */
  readonly name: string;
  /** What was read of it. */
  table(): FileTable;
}

/** A link by what counts of its files. */
export interface KeyedLink {
  readonly files: readonly KeyedFile[];
  readonly executable: Executable;
  /** See `Link`. */
  readonly takesMore: boolean;
}

/** An object that differs from the one that stood in its place. */
export interface ChangedObject {
  /** Its number in the state. */
  readonly id: number;
  readonly explicit: boolean;
  readonly isLinked: boolean;
  readonly before: ObjectTable;
  readonly after: ObjectTable;
}

/** A file with objects that differ. */
export interface ChangedFile {
  readonly before: FileTable;
  readonly after: FileTable;
  readonly objects: readonly ChangedObject[];
  /** Names of all of its members that are objects, changed or not, by their numbers in the state. */
  readonly members: ReadonlyMap<number, string>;
}

/**
 * Finds the objects of a link that differ from those of a state. `undefined` if more
 * differs than that, or the objects take part in the link in another way.
 *
 * @param recall The table of a file by its key, if it is still known.
 */
export function findChangedFiles(
  state: LinkState,
  link: KeyedLink,
  recall: (key: string) => FileTable | undefined,
): readonly ChangedFile[] | undefined {
  if (link.takesMore !== state.takesMore || link.files.length !== state.files.length)
    return undefined;
  if (!areCompatible(state.executable, link.executable)) return undefined;
  if (!link.files.every((file, index) => haveOneRole(state.files[index]!, file))) return undefined;
  const differing = [...link.files.keys()].filter(
    (index) => link.files[index]!.key !== state.files[index]!.key,
  );
  if (differing.length > Math.max(1, link.files.length * MOST_CHANGED)) return undefined;
  const firstObjects = firstObjectsOf(state);
  const changed: ChangedFile[] = [];
  for (const index of differing) {
    const before = recall(state.files[index]!.key);
    if (before === undefined) return undefined;
    const after = link.files[index]!.table();
    const objects = changedMembers(state, before, after, firstObjects[index]!);
    if (objects === undefined) return undefined;
    changed.push({ before, after, objects, members: membersOf(after, firstObjects[index]!) });
  }
  return changed;
}

/** If a larger part of the files differs, much is to be done anew anyway. */
const MOST_CHANGED = 0.25;

function firstObjectsOf({ files, objects }: LinkState): Int32Array {
  const first = new Int32Array(files.length + 1);
  for (const { file } of objects) first[file + 1]!++;
  for (let file = 0; file < files.length; file++) first[file + 1]! += first[file]!;
  return first;
}

function haveOneRole(one: StateFile, other: StateFile): boolean {
  return (
    one.optimized === other.optimized &&
    one.isStandard === other.isStandard &&
    one.isWorkspace === other.isWorkspace
  );
}

/** Whether all that references get their meaning from an executable for is the same. */
function areCompatible(before: Executable, after: Executable): boolean {
  const imports = new Set(after.imports);
  return (
    before.machine === after.machine &&
    before.imports.every((name) => imports.has(name)) &&
    areEqual(before.exports, after.exports) &&
    areEqual(before.foreignLibraries, after.foreignLibraries) &&
    areEqual(before.foreignImports, after.foreignImports)
  );
}

function areEqual(some: ArrayLike<unknown>, others: ArrayLike<unknown>): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}

function changedMembers(
  state: LinkState,
  before: FileTable,
  after: FileTable,
  firstObject: number,
): ChangedObject[] | undefined {
  const explicit = before.index === undefined;
  if (explicit !== (after.index === undefined)) return undefined;
  if (before.members.length !== after.members.length || after.missing.length > 0) return undefined;
  const objects: ChangedObject[] = [];
  let id = firstObject;
  for (const [index, { table }] of before.members.entries()) {
    const { table: other, error } = after.members[index]!;
    if (error !== undefined || (table === undefined) !== (other === undefined)) return undefined;
    if (table === undefined || other === undefined) continue;
    if (!areSame(table, other)) {
      if (!areAlikeOutside(table, other)) return undefined;
      const { isLinked } = state.objects[id]!;
      objects.push({ id, explicit, isLinked, before: table, after: other });
    }
    id++;
  }
  return objects;
}

/** The names of members that are objects. */
function membersOf({ members }: FileTable, firstObject: number): Map<number, string> {
  const objects = members.filter(({ table }) => table !== undefined);
  return new Map(objects.map(({ name }, index) => [firstObject + index, name]));
}

function areSame(one: ObjectTable, other: ObjectTable): boolean {
  return (Object.keys(one) as (keyof ObjectTable)[]).every((key) => {
    const [some, others] = [one[key], other[key]];
    if (key === 'errors') return JSON.stringify(some) === JSON.stringify(others);
    return typeof some === 'object' && typeof others === 'object'
      ? areEqual(some, others)
      : some === others;
  });
}

/**
 * Whether two objects take part in a link in the same way, but for what they define
 * and refer to: neither has anything that is found without being named.
 */
function areAlikeOutside(before: ObjectTable, after: ObjectTable): boolean {
  for (const { isSlim, unnamed, collected } of [before, after])
    if (isSlim || unnamed.length > 0 || collected.length > 0) return false;
  return (
    before.machine === after.machine &&
    areEqual(groupsOf(before), groupsOf(after)) &&
    areEqual(entriesOf(before), entriesOf(after))
  );
}

function groupsOf(table: ObjectTable): string[] {
  return Array.from(table.groups, (name) => nameKey(table, name));
}

function entriesOf(table: ObjectTable): string[] {
  const { entries, definitions } = table;
  const texts: string[] = [];
  for (let at = 0; at < entries.length; at += 2) {
    const name = definitions[entries[at + 1]! * DEFINITION.stride]!;
    texts.push(`${entries[at]!} ${nameKey(table, name)}`);
  }
  return texts.sort();
}

/** The words of a name as a text. */
function nameKey({ names, firstNameWords }: ObjectTable, name: number): string {
  return names.subarray(firstNameWords[name], firstNameWords[name + 1]).join();
}
