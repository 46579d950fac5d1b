import { Int32List } from './growing-array';
import { mix } from './mix';
import { DIGEST_WORDS } from './object-table';
import type { WordedGraph } from './reached-classes';

/**
 * How many cycles that look alike are compared with a new one. Copies of whole cycles
 * that are not found by this are found by their digests, which takes longer.
 */
const MOST_CANDIDATES = 32;

/** Finds cycles again that are copies of some before, or of a part of one. */
export class CycleCopies {
  readonly #graph: WordedGraph;
  readonly #classOf: Int32Array;
  /** One node for each class on a cycle, by what it looks like; and for each cycle apart. */
  readonly #byLook = new Map<number, number[]>();
  readonly #byCycle: Map<number, number[]>[] = [];
  /** Per class on a cycle, one node plus 1, and the cycle; 0 for other classes. */
  readonly #nodeOf = new Int32List();
  readonly #cycleOf = new Int32List();

  /** @param classOf Per node, its class, as it is found. */
  constructor(graph: WordedGraph, classOf: Int32Array) {
    this.#graph = graph;
    this.#classOf = classOf;
  }

  /** Adds a cycle: a node for each class. Their classes, and those of all that they lead to, are known. */
  add(nodes: readonly number[]): void {
    const cycle = this.#byCycle.length;
    const byLook = new Map<number, number[]>();
    this.#byCycle.push(byLook);
    for (const node of nodes) {
      const known = this.#classOf[node]!;
      if (this.#memberOf(known) >= 0) continue;
      while (this.#nodeOf.length <= known) {
        this.#nodeOf.push(0);
        this.#cycleOf.push(0);
      }
      this.#nodeOf.set(known, node + 1);
      this.#cycleOf.set(known, cycle);
      const look = this.#look(node);
      addTo(this.#byLook, look, node);
      addTo(byLook, look, node);
    }
  }

  /** A node of a class on a cycle; -1 for any other class. */
  #memberOf(known: number): number {
    return known < this.#nodeOf.length ? this.#nodeOf.at(known) - 1 : -1;
  }

  /**
   * The classes of a component, if it is a copy of a part of a cycle: then it leads to the rest of
   * that. Copies of whole cycles may be found or not.
   */
  find(component: Int32Array): ReadonlyMap<number, number> | undefined {
    const start = component[0]!;
    const look = this.#look(start);
    const alike = (this.#byLook.get(look) ?? []).slice(0, MOST_CANDIDATES);
    const parts = [...this.#cyclesBehind(component)].flatMap(
      (cycle) => this.#byCycle[cycle]!.get(look) ?? [],
    );
    for (const candidate of [...alike, ...parts]) {
      const found = this.#match(start, candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The cycles that a component leads to without being a part of them. */
  #cyclesBehind(component: Int32Array): Set<number> {
    const { first, targets } = this.#graph;
    const cycles = new Set<number>();
    for (const node of component) {
      for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
        const target = targets[edge]!;
        const known = target < 0 ? -1 : this.#classOf[target]!;
        if (known >= 0 && this.#memberOf(known) >= 0) cycles.add(this.#cycleOf.at(known));
      }
    }
    return cycles;
  }

  /** What a node on a cycle looks like from near by. */
  #look(node: number): number {
    const { first, targets, labels } = this.#graph;
    let hash = mix(this.#kind(node), first[node + 1]! - first[node]!);
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const target = targets[edge]!;
      hash = mix(mix(hash, target < 0 ? -1 : this.#kind(target)), labels[edge]!);
    }
    return hash;
  }

  #kind(node: number): number {
    return this.#graph.places[node] === 1 ? node : this.#graph.contents[node * DIGEST_WORDS]!;
  }

  /** Walks a component beside known classes, for as long as they agree. */
  #match(start: number, candidate: number): Map<number, number> | undefined {
    const { first, targets, labels } = this.#graph;
    const matches = new Map([[start, this.#classOf[candidate]!]]);
    for (const [node, known] of matches) {
      const member = this.#memberOf(known);
      if (member < 0 || !this.#areOfOneKind(node, member)) return undefined;
      const count = first[node + 1]! - first[node]!;
      if (first[member + 1]! - first[member]! !== count) return undefined;
      for (let index = 0; index < count; index++) {
        const [edge, otherEdge] = [first[node]! + index, first[member]! + index];
        if (labels[edge] !== labels[otherEdge]) return undefined;
        const [target, other] = [targets[edge]!, targets[otherEdge]!];
        if (target < 0 || other < 0) {
          if (target !== other) return undefined;
          continue;
        }
        const expected = this.#classOf[other]!;
        const actual = this.#classOf[target] === -1 ? matches.get(target) : this.#classOf[target]!;
        if (actual === undefined) matches.set(target, expected);
        else if (actual !== expected) return undefined;
      }
    }
    return matches;
  }

  #areOfOneKind(node: number, other: number): boolean {
    const { contents, places } = this.#graph;
    if (node === other) return true;
    if (places[node] === 1 || places[other] === 1) return false;
    for (let word = 0; word < DIGEST_WORDS; word++)
      if (contents[node * DIGEST_WORDS + word] !== contents[other * DIGEST_WORDS + word])
        return false;
    return true;
  }
}

function addTo(lists: Map<number, number[]>, key: number, item: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [item]);
  else known.push(item);
}
