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
 * @returns Per node of the component, in its order, the number of its block.
 */
export function refinePartition(
  graph: WordedGraph,
  component: Int32Array,
  classes: Int32Array,
): Int32Array {
  const partition = new Partition(initialBlocks(graph, component, classes));
  const incoming = incomingEdges(graph, component);
  const waiting: number[] = Array.from({ length: partition.count }, (_, block) => block);
  const isWaiting: boolean[] = waiting.map(() => true);
  for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
    isWaiting[block] = false;
    // Taken before anything is split, as the block itself may be.
    const sources = new Map<number, number[]>();
    for (const target of partition.members(block)) {
      for (const { source, place } of incoming[target]!) {
        const list = sources.get(place);
        if (list === undefined) sources.set(place, [source]);
        else list.push(source);
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

/** Blocks by all that does not depend on other nodes of the component. */
function initialBlocks(
  { first, targets, labels, contents, places }: WordedGraph,
  component: Int32Array,
  classes: Int32Array,
): number[] {
  const blocks = new Map<string, number>();
  return Array.from(component, (node) => {
    let key = places[node] === 1 ? `place ${node}` : '';
    for (let word = 0; word < DIGEST_WORDS; word++)
      key += `${contents[node * DIGEST_WORDS + word]!},`;
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const target = targets[edge]!;
      key += target < 0 ? ' -' : classes[target] === -1 ? ' *' : ` ${classes[target]!}`;
      if (labels[edge] !== 0) key += `:${labels[edge]!}`;
    }
    const block = blocks.get(key) ?? blocks.size;
    blocks.set(key, block);
    return block;
  });
}

/** Per node of the component, by position, the edges that lead to it from within. */
function incomingEdges(
  { first, targets }: WordedGraph,
  component: Int32Array,
): { source: number; place: number }[][] {
  const positions = new Map<number, number>();
  component.forEach((node, position) => positions.set(node, position));
  const incoming: { source: number; place: number }[][] = Array.from(component, () => []);
  component.forEach((node, source) => {
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const position = positions.get(targets[edge]!);
      if (position !== undefined) incoming[position]!.push({ source, place: edge - first[node]! });
    }
  });
  return incoming;
}

/** Numbers in blocks, each block a run of one array, so that splitting costs as much as what is moved. */
class Partition {
  readonly blockOf: Int32Array;
  readonly #items: Int32Array;
  readonly #places: Int32Array;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** @param blocks Per item, its block; blocks are numbered from 0 without gaps. */
  constructor(blocks: readonly number[]) {
    this.blockOf = Int32Array.from(blocks);
    const order = blocks.map((_, item) => item).sort((a, b) => blocks[a]! - blocks[b]!);
    this.#items = Int32Array.from(order);
    this.#places = new Int32Array(order.length);
    order.forEach((item, place) => {
      this.#places[item] = place;
      const block = blocks[item]!;
      this.#starts[block] ??= place;
      this.#ends[block] = place + 1;
    });
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

  /** Takes items out of their blocks into new ones, unless they are all of a block. Yields which block was split, and the new one. */
  split(items: readonly number[]): [old: number, added: number][] {
    const marked = new Map<number, number>();
    for (const item of items) {
      const block = this.blockOf[item]!;
      const front = this.#starts[block]! + (marked.get(block) ?? 0);
      this.#swap(this.#places[item]!, front);
      marked.set(block, (marked.get(block) ?? 0) + 1);
    }
    const splits: [number, number][] = [];
    for (const [block, count] of marked) {
      if (count === this.size(block)) continue;
      const added = this.count;
      const start = this.#starts[block]!;
      this.#starts[added] = start;
      this.#ends[added] = start + count;
      this.#starts[block] = start + count;
      for (let place = start; place < start + count; place++)
        this.blockOf[this.#items[place]!] = added;
      splits.push([block, added]);
    }
    return splits;
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#items[one]!, this.#items[other]!];
    this.#items[one] = second;
    this.#items[other] = first;
    this.#places[second] = one;
    this.#places[first] = other;
  }
}
