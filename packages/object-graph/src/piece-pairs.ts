import type { ChangedObject } from './link-changes';
import type { NameIndex } from './name-index';
import { DEFINITION, DESCRIPTOR, DIGEST_WORDS, tableName } from './object-table';
import type { ObjectTable } from './object-table';

/**
 * Says for pieces of an object that changed which of the new pieces is each of the
 * old ones. Those that others can refer to go by their names; what only these refer
 * to goes along if its content is the same. `undefined` if names lead to one piece
 * before and to two after, or the other way round.
 *
 * @param isNode Whether an old piece is of interest.
 * @returns Per new piece, the old one; -1 for one that is new.
 */
export function pairPieces(
  { before, after }: ChangedObject,
  names: NameIndex,
  isNode: (piece: number) => boolean,
): Int32Array | undefined {
  const pairs = new Pairs(before, after);
  const known = new Map<number, number>();
  forEachDefinition(before, (name, piece) => {
    if (piece >= 0 && isNode(piece)) known.set(names.add(before, name), piece);
  });
  let isClear = true;
  forEachDefinition(after, (name, piece) => {
    const old = known.get(names.add(after, name));
    if (old !== undefined && piece >= 0 && !pairs.join(old, piece)) isClear = false;
  });
  if (!isClear) return undefined;
  const tests = descriptorsOf(before);
  for (const [test, piece] of descriptorsOf(after)) {
    const old = tests.get(test);
    if (old !== undefined && isNode(old)) pairs.joinIfFree(old, piece);
  }
  pairs.follow(isNode);
  return pairs.oldOf;
}

/** A linear search in a longer row of references would cost too much. */
const LONG_ROW = 256;

class Pairs {
  readonly oldOf: Int32Array;
  readonly #newOf: Int32Array;
  readonly #before: ObjectTable;
  readonly #after: ObjectTable;
  readonly #waiting: [old: number, piece: number][] = [];

  constructor(before: ObjectTable, after: ObjectTable) {
    this.#before = before;
    this.#after = after;
    this.#newOf = new Int32Array(before.pieceFlags.length).fill(-1);
    this.oldOf = new Int32Array(after.pieceFlags.length).fill(-1);
  }

  /** Makes two pieces a pair; false if either has another partner. */
  join(old: number, piece: number): boolean {
    if (this.#newOf[old] === piece) return true;
    return this.joinIfFree(old, piece);
  }

  joinIfFree(old: number, piece: number): boolean {
    if (this.#newOf[old] !== -1 || this.oldOf[piece] !== -1) return false;
    this.#newOf[old] = piece;
    this.oldOf[piece] = old;
    this.#waiting.push([old, piece]);
    return true;
  }

  /** Joins what pairs refer to, as far as it's equal by itself. */
  follow(isNode: (piece: number) => boolean): void {
    for (const [old, piece] of this.#waiting) {
      const olds = localReferences(this.#before, old);
      const pieces = localReferences(this.#after, piece);
      pieces.forEach((target, index) => {
        if (target < 0 || this.oldOf[target] !== -1) return;
        const isLike = (other: number | undefined): boolean =>
          other !== undefined &&
          other >= 0 &&
          this.#newOf[other] === -1 &&
          isNode(other) &&
          this.#areEqual(other, target);
        const same = olds[index];
        if (isLike(same)) this.joinIfFree(same!, target);
        else if (olds.length <= LONG_ROW) {
          const other = olds.find(isLike);
          if (other !== undefined) this.joinIfFree(other, target);
        }
      });
    }
  }

  #areEqual(old: number, piece: number): boolean {
    for (let word = 0; word < DIGEST_WORDS; word++)
      if (
        this.#before.pieceDigests[old * DIGEST_WORDS + word] !==
        this.#after.pieceDigests[piece * DIGEST_WORDS + word]
      )
        return false;
    return this.#before.pieceFlags[old] === this.#after.pieceFlags[piece];
  }
}

function localReferences({ references, firstReferences }: ObjectTable, piece: number): Int32Array {
  return references.subarray(firstReferences[piece], firstReferences[piece + 1]);
}

function forEachDefinition(
  { definitions }: ObjectTable,
  tell: (name: number, piece: number) => void,
): void {
  for (let at = 0; at < definitions.length; at += DEFINITION.stride)
    tell(definitions[at + DEFINITION.name]!, definitions[at + DEFINITION.piece]!);
}

/** The pieces of tests' descriptors by the names of the tests, as the object has them. */
function descriptorsOf(table: ObjectTable): Map<string, number> {
  const found = new Map<string, number>();
  const { descriptors } = table;
  for (let at = 0; at < descriptors.length; at += DESCRIPTOR.stride)
    found.set(
      tableName(table, descriptors[at + DESCRIPTOR.name]!),
      descriptors[at + DESCRIPTOR.piece]!,
    );
  return found;
}
