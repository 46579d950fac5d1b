import { mix } from './mix';
import { DIGEST_WORDS } from './object-table';
import type { WordedGraph } from './reached-classes';

/**
 * How many cycles that look alike are compared with a new one. Where more do,
 * copies may count as different, which is the safe side.
 */
const MOST_CANDIDATES = 32;

/** Finds cycles again that are copies of some before, or of a part of one. */
export class CycleCopies {
  readonly #graph: WordedGraph;
  readonly #classOf: Int32Array;
  /** One node for each class on a cycle, by what it looks like. */
  readonly #byLook = new Map<number, number[]>();
  /** The same by class. */
  readonly #byClass = new Map<number, number>();
  /** Whether a copy may have been missed so far. */
  areIncomplete = false;

  /** @param classOf Per node, its class, as it is found. */
  constructor(graph: WordedGraph, classOf: Int32Array) {
    this.#graph = graph;
    this.#classOf = classOf;
  }

  /** Adds a node on a cycle. Its class, and those of all that it leads to, are known. */
  add(node: number): void {
    const known = this.#classOf[node]!;
    if (this.#byClass.has(known)) return;
    this.#byClass.set(known, node);
    const look = this.#look(node);
    const alike = this.#byLook.get(look);
    if (alike === undefined) this.#byLook.set(look, [node]);
    else alike.push(node);
  }

  /** The classes of a component, if it is a copy. */
  find(component: Int32Array): ReadonlyMap<number, number> | undefined {
    const start = component[0]!;
    const candidates = this.#byLook.get(this.#look(start)) ?? [];
    for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
      const found = this.#match(start, candidate);
      if (found !== undefined) return found;
    }
    if (candidates.length > MOST_CANDIDATES) this.areIncomplete = true;
    return undefined;
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
      const member = this.#byClass.get(known);
      if (member === undefined || !this.#areOfOneKind(node, member)) return undefined;
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
