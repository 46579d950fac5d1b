import { CannotPatch } from './cannot-patch';
import { isImported } from './executable';
import type { Executable } from './executable';
import type { ChangedObject } from './link-changes';
import type { LinkedObject } from './linked-program';
import { isLinkerDefined } from './linker-symbols';
import type { LinkState } from './link-state';
import type { NameChanges } from './name-changes';
import { MENTION } from './name-mentions';
import { OUTSIDE, outsideLabel } from './name-meanings';
import type { Meaning } from './name-meanings';
import { tableName } from './object-table';

/** Tells what the global names that changed objects refer to stand for. */
export class PatchedNames {
  readonly #state: LinkState;
  readonly #changes: NameChanges;
  readonly #imports: ReadonlySet<string>;
  readonly #nodeOf: (object: ChangedObject, piece: number) => number;
  readonly #labels: string[];
  readonly #known = new Map<LinkedObject, Int32Array>();

  constructor(
    state: LinkState,
    changes: NameChanges,
    executable: Executable,
    nodeOf: (object: ChangedObject, piece: number) => number,
  ) {
    this.#state = state;
    this.#changes = changes;
    this.#imports = new Set(executable.imports);
    this.#nodeOf = nodeOf;
    this.#labels = [...state.labels];
  }

  get labels(): readonly string[] {
    return this.#labels;
  }

  /** Nothing is known before {@link meaning} is asked. */
  knownNodes(object: LinkedObject): Int32Array {
    let known = this.#known.get(object);
    if (known === undefined) {
      known = new Int32Array(object.table.externals.length / 2);
      this.#known.set(object, known);
    }
    return known;
  }

  /** @throws {CannotPatch} for a name of which it is not known. */
  meaning({ table }: LinkedObject, external: number): Meaning {
    const number = this.#changes.names.add(table, table.externals[external * 2]!);
    const owned = this.#changes.owned.get(number);
    if (owned !== undefined) return [this.#nodeOf(owned.object, owned.piece), 0];
    const isRemoved = this.#changes.removed.has(number);
    const { firstMeanings, meanings, mentions } = this.#state.columns;
    const start = firstMeanings[number] ?? 0;
    const end = firstMeanings[number + 1] ?? start;
    if (end > start && !isRemoved) return [...meanings.subarray(start, end)];
    if (!isRemoved && (mentions[number * MENTION.stride + MENTION.definitions] ?? 0) > 0)
      throw new CannotPatch();
    const name = tableName(table, table.externals[external * 2]!);
    const isWeak = table.externals[external * 2 + 1] === 1;
    const isKnown = isWeak || isImported(this.#imports, name) || isLinkerDefined(name);
    // Of sections between such names all may have to be known.
    if (!isKnown || /^__(?:start|stop)_/.test(name)) throw new CannotPatch();
    return [OUTSIDE, this.#label(outsideLabel(name))];
  }

  #label(text: string): number {
    const known = this.#labels.indexOf(text);
    return known >= 0 ? known : this.#labels.push(text) - 1;
  }
}
