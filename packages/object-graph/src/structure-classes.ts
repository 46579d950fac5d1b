import type { LinkGraph } from './link-graph';
import type { NodePairs, PairedSide } from './pair-nodes';

/** Per node of two links a class; equal classes, also across the links, mean the same thing or equal things. */
export interface StructureClasses {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

/**
 * Sorts the nodes of two links into classes. A pair of named nodes is a class of
 * its own, whatever its content. All others are what they hold and refer to: so
 * a string is its text, a vtable is its functions, and a function that was
 * renamed is the one that it was.
 *
 * @param countsLocations Whether panic locations are told apart by their lines.
 */
export function structureClasses(pairs: NodePairs, countsLocations: boolean): StructureClasses {
  const sides = [pairs.before, pairs.after].map((side) => new Refined(side, countsLocations));
  const interned = new Map<string, number>();
  const intern = (key: string): number => {
    let number = interned.get(key);
    if (number === undefined) {
      // Pairs have the numbers before.
      number = pairs.pairs.length + interned.size;
      interned.set(key, number);
    }
    return number;
  };
  for (const side of sides) side.begin(intern);
  for (let round = 0, known = 0; round < MAXIMUM_ROUNDS && interned.size > known; round++) {
    known = interned.size;
    interned.clear();
    for (const side of sides) side.refine(intern);
  }
  return { before: sides[0]!.classes, after: sides[1]!.classes };
}

/** Whether a node has the form of a panic location: a pointer to a file name, its length, line and column. */
export function looksLikeLocation(graph: LinkGraph, id: number): boolean {
  return (
    graph.bytes(id) === LOCATION_BYTES &&
    !graph.isCode(id) &&
    !graph.isWritable(id) &&
    graph.targets(id).length === 1 &&
    graph.section(id).startsWith('.data.rel.ro')
  );
}

const LOCATION_BYTES = 24;

/** Constants hardly nest deeper, and what differs only deeper still is not told apart. */
const MAXIMUM_ROUNDS = 24;

class Refined {
  classes: Int32Array;
  readonly #graph: LinkGraph;
  readonly #pairOf: Int32Array;
  readonly #countsLocations: boolean;
  /** Nodes in no pair, whose classes are refined. */
  readonly #open: number[] = [];

  constructor({ graph, pairOf }: PairedSide, countsLocations: boolean) {
    this.#graph = graph;
    this.#pairOf = pairOf;
    this.#countsLocations = countsLocations;
    this.classes = pairOf.slice();
  }

  begin(intern: (key: string) => number): void {
    for (let id = 0; id < this.#graph.size; id++) {
      if (this.#pairOf[id]! >= 0) continue;
      if (!this.#countsLocations && looksLikeLocation(this.#graph, id)) {
        this.classes[id] = LOCATION;
        continue;
      }
      this.#open.push(id);
      this.classes[id] = intern(
        [this.#graph.digest(id), ...this.#graph.outsideNames(id)].join('\n'),
      );
    }
  }

  refine(intern: (key: string) => number): void {
    const next = this.classes.slice();
    for (const id of this.#open) {
      let key = String(this.classes[id]);
      for (const target of this.#graph.targets(id))
        key += target < 0 ? ' -' : ` ${this.classes[target]}`;
      next[id] = intern(key);
    }
    this.classes = next;
  }
}

/** All panic locations, where their lines do not count. */
const LOCATION = -2;
