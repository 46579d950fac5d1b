import { ENVIRONMENT_NAMES } from './environment-readers';
import type { ChangedFile, ChangedObject } from './link-changes';
import type { LinkState } from './link-state';
import { NameIndex } from './name-index';
import { forEachListed, forEachMention, MENTION } from './name-mentions';
import { DEFINITION, tableName } from './object-table';
import type { FileTable, ObjectTable } from './object-table';
import { COMMON_RANK } from './read-object';

/** A definition in a changed object. */
export interface OwnedDefinition {
  readonly object: ChangedObject;
  readonly piece: number;
}

/** What changed objects have to do with names. */
export interface NameChanges {
  /** The state's names, and behind them new ones. */
  readonly names: NameIndex;
  /** Names that nothing but one changed object defines, by number. */
  readonly owned: ReadonlyMap<number, OwnedDefinition>;
  /** Names that were defined, and are not any more. */
  readonly removed: ReadonlySet<number>;
}

/**
 * Compares the names that changed objects define and refer to with those before.
 * `undefined` unless all names lead all other objects to the same definitions as
 * before, and the linker takes the same members of archives.
 */
export function findNameChanges(
  state: LinkState,
  files: readonly ChangedFile[],
): NameChanges | undefined {
  return new Comparison(state, files).compare();
}

class Comparison {
  readonly #state: LinkState;
  readonly #files: readonly ChangedFile[];
  readonly #names: NameIndex;
  /** Per name, how those objects mention it that changed since. */
  readonly #before = new Map<number, Int32Array>();
  readonly #owned = new Map<number, OwnedDefinition>();
  readonly #added = new Map<number, ChangedObject>();
  readonly #removed = new Set<number>();

  constructor(state: LinkState, files: readonly ChangedFile[]) {
    this.#state = state;
    this.#files = files;
    this.#names = NameIndex.of(state.columns);
  }

  compare(): NameChanges | undefined {
    for (const { before, objects } of this.#files) {
      for (const object of objects)
        forEachMention(object.before, object, (name, field) =>
          this.#count(this.#names.add(object.before, name), field),
        );
      forEachListed(before, (table, name) => {
        const number = this.#names.add(table, name);
        this.#count(number, MENTION.definitions);
        this.#count(number, MENTION.listed);
      });
    }
    const isFine =
      this.#files.every(({ objects }) =>
        objects.every((object) => this.#compareDefinitions(object)),
      ) &&
      this.#files.every(({ before, after }) => this.#compareListed(before, after)) &&
      [...this.#added.keys(), ...this.#removed].every((number) => this.#isOfNoConcern(number)) &&
      this.#files.every(({ objects }) => objects.every((object) => this.#comparePull(object)));
    if (!isFine) return undefined;
    for (const number of this.#added.keys()) this.#removed.delete(number);
    return { names: this.#names, owned: this.#owned, removed: this.#removed };
  }

  #compareDefinitions(object: ChangedObject): boolean {
    const [before, after] = [this.#rowsOf(object.before), this.#rowsOf(object.after)];
    if (before === undefined || after === undefined) return false;
    for (const [number, row] of after) {
      const was = before.get(number);
      if (was === undefined) {
        if (field(object.after, row, DEFINITION.group) >= 0 || this.#added.has(number))
          return false;
        if (ENVIRONMENT_NAMES.includes(nameOf(object.after, row))) return false;
        this.#added.set(number, object);
        this.#own(number, object, row);
        continue;
      }
      for (const which of [DEFINITION.rank, DEFINITION.group, DEFINITION.offset])
        if (field(object.before, was, which) !== field(object.after, row, which)) return false;
      const hadPiece = field(object.before, was, DEFINITION.piece) >= 0;
      if (hadPiece !== field(object.after, row, DEFINITION.piece) >= 0) return false;
      if (this.#mentions(number, MENTION.definitions) === 1) this.#own(number, object, row);
    }
    for (const number of before.keys()) if (!after.has(number)) this.#removed.add(number);
    return true;
  }

  /** Definitions by name; `undefined` if any is of a kind whose change concerns others. */
  #rowsOf(table: ObjectTable): Map<number, number> | undefined {
    const rows = new Map<number, number>();
    for (let row = 0; row * DEFINITION.stride < table.definitions.length; row++) {
      if (field(table, row, DEFINITION.rank) === COMMON_RANK) return undefined;
      if (field(table, row, DEFINITION.isIndirect) === 1) return undefined;
      const number = this.#names.add(table, field(table, row, DEFINITION.name));
      if (rows.has(number)) return undefined;
      rows.set(number, row);
    }
    return rows;
  }

  #own(number: number, object: ChangedObject, row: number): void {
    const piece = field(object.after, row, DEFINITION.piece);
    const isPlain =
      field(object.after, row, DEFINITION.offset) === 0 &&
      field(object.after, row, DEFINITION.group) < 0;
    if (object.isLinked && piece >= 0 && isPlain) this.#owned.set(number, { object, piece });
  }

  /** Whether an archive's index has for each name the same members, in their order, but for names that came or went. */
  #compareListed(before: FileTable, after: FileTable): boolean {
    const [was, is] = [this.#membersByName(before), this.#membersByName(after)];
    for (const number of new Set([...was.keys(), ...is.keys()])) {
      const [old, now] = [was.get(number) ?? [], is.get(number) ?? []];
      if (old.join() === now.join()) continue;
      const isNew = old.length === 0 && now.length === 1 && this.#added.has(number);
      const isGone = now.length === 0 && old.length === 1 && this.#removed.has(number);
      if (!isNew && !isGone) return false;
    }
    // What an archive's index does not list is defined for nobody.
    for (const [number, { object }] of this.#owned) {
      const isHere = after.members.some(({ table }) => table === object.after);
      const listed = after.members[is.get(number)?.[0] ?? -1]?.table;
      if (!object.explicit && isHere && listed !== object.after) this.#owned.delete(number);
    }
    return true;
  }

  #membersByName(file: FileTable): Map<number, number[]> {
    const members = new Map<number, number[]>();
    forEachListed(file, (table, name, member) => {
      const number = this.#names.add(table, name);
      const known = members.get(number);
      if (known === undefined) members.set(number, [member]);
      else known.push(member);
    });
    return members;
  }

  /** Whether no object that stayed the same mentions a name. */
  #isOfNoConcern(number: number): boolean {
    return [MENTION.externals, MENTION.definitions].every(
      (which) => this.#mentions(number, which) === (this.#before.get(number)?.[which] ?? 0),
    );
  }

  /** Whether the linker takes the same members of archives for what an object refers to. */
  #comparePull({ before, after, isLinked }: ChangedObject): boolean {
    if (!isLinked) return true;
    const [was, is] = [this.#strongNames(before), this.#strongNames(after)];
    for (const number of is) {
      if (was.has(number) || !this.#isListed(number)) continue;
      if (!this.#isKept(number, MENTION.strong) && !this.#owned.has(number)) return false;
    }
    for (const number of was)
      if (
        !is.has(number) &&
        this.#isListed(number) &&
        !this.#isKept(number, MENTION.strongExplicit)
      )
        return false;
    return true;
  }

  #strongNames(table: ObjectTable): Set<number> {
    const strong = new Set<number>();
    for (let at = 0; at < table.externals.length; at += 2)
      if (table.externals[at + 1] === 0) strong.add(this.#names.add(table, table.externals[at]!));
    return strong;
  }

  #isListed(number: number): boolean {
    return (
      this.#mentions(number, MENTION.listed) > 0 || this.#added.get(number)?.explicit === false
    );
  }

  /** Whether an object that stayed the same mentions a name. */
  #isKept(number: number, which: number): boolean {
    return this.#mentions(number, which) > (this.#before.get(number)?.[which] ?? 0);
  }

  #mentions(number: number, which: number): number {
    return this.#state.columns.mentions[number * MENTION.stride + which] ?? 0;
  }

  #count(number: number, which: number): void {
    let counts = this.#before.get(number);
    if (counts === undefined) {
      counts = new Int32Array(MENTION.stride);
      this.#before.set(number, counts);
    }
    counts[which]!++;
  }
}

function field({ definitions }: ObjectTable, row: number, which: number): number {
  return definitions[row * DEFINITION.stride + which]!;
}

function nameOf(table: ObjectTable, row: number): string {
  return tableName(table, field(table, row, DEFINITION.name));
}
