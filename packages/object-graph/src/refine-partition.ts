import { mix } from './mix';
import { DIGEST_WORDS } from './object-table';
import type { WordedGraph } from './reached-classes';

/**
 * Splits the nodes of a component into the coarsest blocks that behave alike:
 * two nodes of a block have equal contents, and their edges lead, one by one, to
 * one block, or outside of the component to one class. It's Hopcroft's
 * minimisation of automata, with an edge's place in its row as the letter: the
 * time grows like edges times the logarithm of nodes, also for a long cycle of
 * functions that are told apart only by how far they are from one of them.
 *
 * @param classes Per node of the graph, its class; of the component's own, -1.
 * @param scratch Room for a number per node of the graph.
 * @returns Per node of the component, in its order, the number of its block.
 */
export function refinePartition(
  graph: WordedGraph,
  component: Int32Array,
  classes: Int32Array,
  scratch: Int32Array,
): Int32Array {
  const partition = new Partition(initialBlocks(graph, component, classes));
  const incoming = incomingEdges(graph, component, classes, scratch);
  const { first } = incoming;
  const waiting: number[] = Array.from({ length: partition.count }, (_, block) => block);
  const isWaiting: boolean[] = waiting.map(() => true);
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    isWaiting[block] = false;
    // Taken before anything is split, as the block itself may be.
    const sources = new Map<number, number[]>();
    for (const target of partition.members(block)) {
      for (let at = first[target]!; at < first[target + 1]!; at++) {
        const list = sources.get(incoming.places[at]!);
        if (list === undefined) sources.set(incoming.places[at]!, [incoming.sources[at]!]);
        else list.push(incoming.sources[at]!);
      }
    }
    for (const list of sources.values()) {
      for (const [old, added] of partition.split(list)) {
        // What tells the smaller half apart tells the other apart, too, unless the whole still waits.
        const next = isWaiting[old] || partition.size(added) <= partition.size(old) ? added : old;
        isWaiting[next] = true;
        waiting.push(next);
      }
    }
  }
  return partition.blockOf;
}

/** Blocks by all that does not depend on other nodes of the component, numbered as they are met. */
function initialBlocks(graph: WordedGraph, component: Int32Array, classes: Int32Array): Int32Array {
  const { first, targets, labels, contents, places } = graph;
  const hashOf = (node: number): number => {
    let hash = mix(contents[node * DIGEST_WORDS]!, first[node + 1]! - first[node]!);
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const target = targets[edge]!;
      hash = mix(hash, target < 0 ? -2 : classes[target]!);
      if (labels[edge] !== 0) hash = mix(hash, labels[edge]!);
    }
    return hash ^ (hash >>> 16);
  };
  let mask = 15;
  while (mask < component.length * 2) mask = mask * 2 + 1;
  /** Positions of the first nodes of blocks, plus 1. */
  const slots = new Int32Array(mask + 1);
  const blocks = new Int32Array(component.length);
  let count = 0;
  for (let position = 0; position < component.length; position++) {
    const node = component[position]!;
    let slot = hashOf(node) & mask;
    let known = slots[slot]!;
    while (known > 0 && !lookAlike(graph, classes, node, component[known - 1]!)) {
      slot = (slot + 1) & mask;
      known = slots[slot]!;
    }
    if (known === 0) slots[slot] = position + 1;
    // A place is like no other node.
    blocks[position] = known === 0 || places[node] === 1 ? count++ : blocks[known - 1]!;
  }
  return blocks;
}

/** Whether two nodes differ by nothing but which nodes of the component they lead to. */
function lookAlike(graph: WordedGraph, classes: Int32Array, node: number, other: number): boolean {
  const { first, targets, labels, contents, places } = graph;
  if (places[node] !== places[other]) return false;
  for (let word = 0; word < DIGEST_WORDS; word++)
    if (contents[node * DIGEST_WORDS + word] !== contents[other * DIGEST_WORDS + word])
      return false;
  const shift = first[other]! - first[node]!;
  if (first[other + 1]! - first[node + 1]! !== shift) return false;
  for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
    if (labels[edge] !== labels[edge + shift]) return false;
    const [target, otherTarget] = [targets[edge]!, targets[edge + shift]!];
    if (target < 0 !== otherTarget < 0) return false;
    if (target >= 0 && classes[target] !== classes[otherTarget]) return false;
  }
  return true;
}

/** Edges that lead to nodes of a component from within: those to the node at a position, `[first, end)`. */
interface IncomingEdges {
  readonly first: Int32Array;
  /** Positions in the component. */
  readonly sources: Int32Array;
  /** Places in the rows of the sources. */
  readonly places: Int32Array;
}

/**
 * @param classes Those without one, of what is reached, are the component's own.
 * @param positions See `scratch` above.
 */
function incomingEdges(
  { first, targets }: WordedGraph,
  component: Int32Array,
  classes: Int32Array,
  positions: Int32Array,
): IncomingEdges {
  for (let position = 0; position < component.length; position++)
    positions[component[position]!] = position;
  const counts = new Int32Array(component.length + 2);
  const forEachWithin = (tell: (source: number, place: number, target: number) => void): void => {
    for (let source = 0; source < component.length; source++) {
      const start = first[component[source]!]!;
      const end = first[component[source]! + 1]!;
      for (let edge = start; edge < end; edge++) {
        const target = targets[edge]!;
        if (target >= 0 && classes[target] === -1) tell(source, edge - start, positions[target]!);
      }
    }
  };
  forEachWithin((_, __, target) => counts[target + 2]!++);
  for (let position = 0; position < component.length; position++)
    counts[position + 2]! += counts[position + 1]!;
  const sources = new Int32Array(counts[component.length + 1]!);
  const places = new Int32Array(sources.length);
  forEachWithin((source, place, target) => {
    const at = counts[target + 1]!++;
    sources[at] = source;
    places[at] = place;
  });
  return { first: counts, sources, places };
}

/** Numbers in blocks, each block a run of one array, so that splitting costs as much as what is moved. */
class Partition {
  readonly blockOf: Int32Array;
  readonly #items: Int32Array;
  readonly #places: Int32Array;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Per block, how many of its items are to be taken out of it. */
  readonly #marked: number[] = [];

  /** @param blocks Per item, its block; blocks are numbered from 0 without gaps. */
  constructor(blocks: Int32Array) {
    this.blockOf = blocks;
    for (const block of blocks) this.#ends[block] = (this.#ends[block] ?? 0) + 1;
    let start = 0;
    this.#ends.forEach((size, block) => {
      this.#starts[block] = start;
      this.#ends[block] = start;
      this.#marked[block] = 0;
      start += size;
    });
    this.#items = new Int32Array(blocks.length);
    this.#places = new Int32Array(blocks.length);
    for (let item = 0; item < blocks.length; item++) {
      const place = this.#ends[blocks[item]!]!++;
      this.#items[place] = item;
      this.#places[item] = place;
    }
  }

  get count(): number {
    return this.#starts.length;
  }

  size(block: number): number {
    return this.#ends[block]! - this.#starts[block]!;
  }

  members(block: number): Int32Array {
    return this.#items.subarray(this.#starts[block], this.#ends[block]);
  }

  /** Takes items out of their blocks into new ones, unless they are all of a block. Tells which block was split, and the new one. */
  split(items: readonly number[]): [old: number, added: number][] {
    const met: number[] = [];
    for (const item of items) {
      const block = this.blockOf[item]!;
      if (this.#marked[block] === 0) met.push(block);
      this.#swap(this.#places[item]!, this.#starts[block]! + this.#marked[block]!);
      this.#marked[block]!++;
    }
    const splits: [number, number][] = [];
    for (const block of met) {
      const count = this.#marked[block]!;
      this.#marked[block] = 0;
      if (count === this.size(block)) continue;
      const added = this.count;
      const start = this.#starts[block]!;
      this.#starts[added] = start;
      this.#ends[added] = start + count;
      this.#marked[added] = 0;
      this.#starts[block] = start + count;
      for (let place = start; place < start + count; place++)
        this.blockOf[this.#items[place]!] = added;
      splits.push([block, added]);
    }
    return splits;
  }

  #swap(one: number, other: number): void {
    const first = this.#items[one]!;
    const second = this.#items[other]!;
    this.#items[one] = second;
    this.#items[other] = first;
    this.#places[second] = one;
    this.#places[first] = other;
  }
}
