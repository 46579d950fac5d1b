import { refinePartition } from './refine-partition';

/** A directed graph with ordered edges; `edges[n]` may hold -1 for a reference that leads out. */
export interface OrderedGraph {
  readonly edges: readonly (readonly number[])[];
  /** All that tells a node from others apart from where its edges lead. */
  readonly labels: readonly string[];
}

/**
 * Sorts nodes into classes that behave alike: equal labels, and edges that lead,
 * one by one, to nodes of equal classes (bisimulation). Names play no part, so
 * a function that the compiler emitted twice is one class. Returns the class of
 * each node; classes are numbered from 0 without gaps.
 *
 * Components of mutually reachable nodes are taken in an order in which all
 * that they lead to is known. Within one, classes are refined by Moore's
 * method until their number stays the same.
 */
export function equivalenceClasses(graph: OrderedGraph): Int32Array {
  return new Classes(graph).classes;
}

class Classes {
  readonly classes: Int32Array;
  readonly #graph: OrderedGraph;
  /** A node of each class. */
  readonly #members: number[] = [];
  /** Classes by label and by the classes that their edges lead to. */
  readonly #byKey = new Map<string, number>();
  /** Classes on cycles by label, in which a cycle's copy may be found again. */
  readonly #cyclic = new Map<string, number[]>();

  constructor(graph: OrderedGraph) {
    this.#graph = graph;
    this.classes = new Int32Array(graph.labels.length).fill(-1);
    for (const component of stronglyConnectedComponents(graph.edges)) {
      const [first] = component;
      const isCycle = component.length > 1 || graph.edges[first!]!.includes(first!);
      if (isCycle) this.#addCycle(component);
      else this.classes[first!] = this.#intern(first!);
    }
  }

  #intern(node: number): number {
    const key = this.#keyOf(node);
    let known = this.#byKey.get(key);
    if (known === undefined) {
      known = this.#add(node);
      this.#byKey.set(key, known);
    }
    return known;
  }

  #add(node: number): number {
    return this.#members.push(node) - 1;
  }

  #keyOf(node: number): string {
    let key = this.#graph.labels[node]!;
    for (const target of this.#graph.edges[node]!)
      key += target < 0 ? ' -' : ` ${this.classes[target]}`;
    return key;
  }

  #addCycle(component: readonly number[]): void {
    const matching = this.#matchingCycle(component);
    if (matching !== undefined) {
      for (const [node, known] of matching) this.classes[node] = known;
      return;
    }
    const known = new Map<number, number>();
    const blocks = refinePartition(this.#graph, component, this.classes);
    component.forEach((node, index) => {
      let group = known.get(blocks[index]!);
      if (group === undefined) {
        group = this.#add(node);
        known.set(blocks[index]!, group);
        const label = this.#graph.labels[node]!;
        const cyclic = this.#cyclic.get(label);
        if (cyclic === undefined) this.#cyclic.set(label, [group]);
        else cyclic.push(group);
      }
      this.classes[node] = group;
    });
    // A copy that leads into the cycle without being on it is the same function too.
    for (const group of known.values()) this.#byKey.set(this.#keyOf(this.#members[group]!), group);
  }

  /** The classes of a cycle that was met before and of which this component is a copy. */
  #matchingCycle(component: readonly number[]): Map<number, number> | undefined {
    const [first] = component;
    for (const candidate of this.#cyclic.get(this.#graph.labels[first!]!) ?? []) {
      const found = this.#match(first!, candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Walks a component beside known classes, for as long as they agree. */
  #match(first: number, candidate: number): Map<number, number> | undefined {
    const matches = new Map([[first, candidate]]);
    for (const [node, known] of matches) {
      const member = this.#members[known]!;
      const edges = this.#graph.edges[node]!;
      const others = this.#graph.edges[member]!;
      if (this.#graph.labels[node] !== this.#graph.labels[member] || edges.length !== others.length)
        return undefined;
      for (const [index, target] of edges.entries()) {
        const other = others[index]!;
        if (target < 0 || other < 0) {
          if (target !== other) return undefined;
          continue;
        }
        const expected = this.classes[other]!;
        const actual = this.classes[target] === -1 ? matches.get(target) : this.classes[target];
        if (actual === undefined) matches.set(target, expected);
        else if (actual !== expected) return undefined;
      }
    }
    return matches;
  }
}

/** Tarjan's algorithm without recursion: each component comes after all that it leads to. */
export function stronglyConnectedComponents(edges: readonly (readonly number[])[]): number[][] {
  const count = edges.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const isOpen = new Uint8Array(count);
  const position = new Int32Array(count);
  const open: number[] = [];
  const components: number[][] = [];
  let time = 0;

  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path.at(-1)!;
      if (order[node] === -1) {
        order[node] = low[node] = time++;
        isOpen[node] = 1;
        open.push(node);
      }
      const next = edges[node]![position[node]!];
      if (next !== undefined) {
        position[node]!++;
        if (next < 0) continue;
        if (order[next] === -1) path.push(next);
        else if (isOpen[next]) low[node] = Math.min(low[node]!, order[next]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== order[node]) continue;
      const component: number[] = [];
      for (let member = -1; member !== node;) {
        member = open.pop()!;
        isOpen[member] = 0;
        component.push(member);
      }
      components.push(component);
    }
  }
  return components;
}
