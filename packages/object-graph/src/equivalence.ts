import { Int32List } from './growing-array';
import { refinePartition } from './refine-partition';
import { strongComponents } from './strong-components';

/** A directed graph with ordered references. */
export interface LabelledGraph {
  /** Per node, all that tells it from others apart from its references. */
  readonly kinds: Int32Array;
  /** Per node, where its references begin in `targets`; one more at the end. */
  readonly first: Int32Array;
  /** Nodes; negative for what lies outside. */
  readonly targets: Int32Array;
  /** Per reference, what it says besides its target. */
  readonly labels: Int32Array;
}

/** Nodes sorted into classes. */
export interface Classes {
  /** Per node, its class; classes are numbered from 0 without gaps. */
  readonly of: Int32Array;
  /** Per class, one of its nodes. */
  readonly members: Int32Array;
}

/**
 * Sorts nodes into classes that behave alike: equal kinds, and references that
 * lead, one by one, with equal labels, to nodes of equal classes (bisimulation).
 * Names play no part, so a function that the compiler emitted twice is one class.
 *
 * Components of mutually reachable nodes are taken in an order in which all
 * that they lead to is known. Within one, classes are refined by Hopcroft's method.
 */
export function equivalenceClasses(graph: LabelledGraph): Classes {
  return new Sorter(graph).sort();
}

/**
 * How many cycles that look alike are compared with a new one. Where more do,
 * copies may count as different, which is the safe side.
 */
const MOST_CANDIDATES = 32;

class Sorter {
  readonly #graph: LabelledGraph;
  readonly #classes: Int32Array;
  readonly #members = new Int32List(1 << 10);
  /** Classes, plus 1, by kind and by the classes that their references lead to. */
  #slots = new Int32Array(1 << 12);
  #used = 0;
  /** Classes on cycles by what they look like, in which a cycle's copy may be found again. */
  readonly #cyclic = new Map<number, number[]>();

  constructor(graph: LabelledGraph) {
    this.#graph = graph;
    this.#classes = new Int32Array(graph.kinds.length).fill(-1);
  }

  sort(): Classes {
    const { first, targets, kinds } = this.#graph;
    const components = strongComponents(kinds.length, first, targets);
    for (let component = 0; component < components.count; component++) {
      const nodes = components.nodes.subarray(
        components.first[component],
        components.first[component + 1],
      );
      const node = nodes[0]!;
      if (nodes.length > 1 || this.#refersTo(node, node)) this.#addCycle(nodes);
      else this.#classes[node] = this.#intern(node);
    }
    return { of: this.#classes, members: this.#members.toArray() };
  }

  #refersTo(node: number, other: number): boolean {
    const { first, targets } = this.#graph;
    for (let edge = first[node]!; edge < first[node + 1]!; edge++)
      if (targets[edge] === other) return true;
    return false;
  }

  #intern(node: number): number {
    const slot = this.#slotOf(node);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    return this.#occupy(slot, this.#add(node));
  }

  #add(node: number): number {
    this.#members.push(node);
    return this.#members.length - 1;
  }

  #occupy(slot: number, group: number): number {
    this.#slots[slot] = group + 1;
    if (++this.#used * 2 > this.#slots.length) this.#grow();
    return group;
  }

  #slotOf(node: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(node) & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]!;
      if (known === 0 || this.#areAlike(node, this.#members.at(known - 1))) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 4);
    const mask = this.#slots.length - 1;
    for (const known of old) {
      if (known === 0) continue;
      let slot = this.#hash(this.#members.at(known - 1)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = known;
    }
  }

  #hash(node: number): number {
    const { first, targets, labels, kinds } = this.#graph;
    let hash = mix(kinds[node]!, first[node + 1]! - first[node]!);
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const target = targets[edge]!;
      hash = mix(hash, target < 0 ? -1 : this.#classes[target]!);
      if (labels[edge] !== 0) hash = mix(hash, labels[edge]!);
    }
    return hash ^ (hash >>> 16);
  }

  /** Whether two nodes, all of whose targets have classes, are of one class. */
  #areAlike(node: number, other: number): boolean {
    const { first, targets, labels, kinds } = this.#graph;
    const count = first[node + 1]! - first[node]!;
    if (kinds[node] !== kinds[other] || first[other + 1]! - first[other]! !== count) return false;
    for (let index = 0; index < count; index++) {
      const [edge, otherEdge] = [first[node]! + index, first[other]! + index];
      if (labels[edge] !== labels[otherEdge]) return false;
      const [target, otherTarget] = [targets[edge]!, targets[otherEdge]!];
      if (target === otherTarget) continue;
      if (target < 0 || otherTarget < 0) return false;
      if (this.#classes[target] !== this.#classes[otherTarget]) return false;
    }
    return true;
  }

  #addCycle(component: Int32Array): void {
    const matching = this.#matchingCycle(component);
    if (matching !== undefined) {
      for (const [node, known] of matching) this.#classes[node] = known;
      return;
    }
    const groups = new Map<number, number>();
    const blocks = refinePartition(this.#graph, component, this.#classes);
    const looks = Array.from(component, (node) => this.#look(node));
    component.forEach((node, index) => {
      let group = groups.get(blocks[index]!);
      if (group === undefined) {
        group = this.#add(node);
        groups.set(blocks[index]!, group);
        const look = looks[index]!;
        const cyclic = this.#cyclic.get(look);
        if (cyclic === undefined) this.#cyclic.set(look, [group]);
        else cyclic.push(group);
      }
      this.#classes[node] = group;
    });
    // A copy that leads into the cycle without being on it is the same function too.
    for (const group of groups.values()) {
      const slot = this.#slotOf(this.#members.at(group));
      if (this.#slots[slot] === 0) this.#occupy(slot, group);
      else this.#slots[slot] = group + 1;
    }
  }

  /** What a node on a cycle looks like from near by. */
  #look(node: number): number {
    const { first, targets, labels, kinds } = this.#graph;
    let hash = mix(kinds[node]!, first[node + 1]! - first[node]!);
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const target = targets[edge]!;
      hash = mix(mix(hash, target < 0 ? -1 : kinds[target]!), labels[edge]!);
    }
    return hash;
  }

  /** The classes of a cycle that was met before and of which this component is a copy. */
  #matchingCycle(component: Int32Array): Map<number, number> | undefined {
    const candidates = this.#cyclic.get(this.#look(component[0]!)) ?? [];
    for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
      const found = this.#match(component[0]!, candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Walks a component beside known classes, for as long as they agree. */
  #match(start: number, candidate: number): Map<number, number> | undefined {
    const { first, targets, labels, kinds } = this.#graph;
    const matches = new Map([[start, candidate]]);
    for (const [node, known] of matches) {
      const member = this.#members.at(known);
      const count = first[node + 1]! - first[node]!;
      if (kinds[node] !== kinds[member] || first[member + 1]! - first[member]! !== count)
        return undefined;
      for (let index = 0; index < count; index++) {
        const [edge, otherEdge] = [first[node]! + index, first[member]! + index];
        if (labels[edge] !== labels[otherEdge]) return undefined;
        const [target, other] = [targets[edge]!, targets[otherEdge]!];
        if (target < 0 || other < 0) {
          if (target !== other) return undefined;
          continue;
        }
        const expected = this.#classes[other]!;
        const actual = this.#classes[target] === -1 ? matches.get(target) : this.#classes[target]!;
        if (actual === undefined) matches.set(target, expected);
        else if (actual !== expected) return undefined;
      }
    }
    return matches;
  }
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
