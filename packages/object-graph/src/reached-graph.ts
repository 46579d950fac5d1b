import { hash } from 'node:crypto';
import type { Wording } from './class-digests';
import type { LabelledGraph } from './equivalence';
import { Int32List } from './growing-array';
import type { ObjectGraph } from './object-graph';
import { DIGEST_WORDS, PIECE } from './object-table';

/** The part of a graph that some nodes reach, numbered anew. */
export interface ReachedGraph {
  readonly graph: LabelledGraph;
  readonly wording: Wording;
  /** The nodes it was reached from, in their order. */
  readonly starts: readonly number[];
}

/**
 * Takes what some nodes reach out of a graph, numbered in the order of a walk.
 *
 * @param targets What the graph's references count as leading to.
 */
export function reachedGraph(
  graph: ObjectGraph,
  targets: Int32Array,
  from: readonly number[],
): ReachedGraph {
  const { first, labels } = graph.references;
  const ids = new Int32List(graph.size);
  const numbers = new Int32Array(graph.size).fill(-1);
  const numberOf = (id: number): number => {
    if (numbers[id] === -1) {
      numbers[id] = ids.length;
      ids.push(id);
    }
    return numbers[id]!;
  };
  const starts = from.map(numberOf);
  const ownFirst = new Int32List(graph.size + 1);
  const ownTargets = new Int32List(first[graph.size]);
  const ownLabels = new Int32List(first[graph.size]);
  ownFirst.push(0);
  for (let number = 0; number < ids.length; number++) {
    const id = ids.at(number);
    for (let edge = first[id]!; edge < first[id + 1]!; edge++) {
      const target = targets[edge]!;
      ownTargets.push(target < 0 ? -1 : numberOf(target));
      ownLabels.push(labels[edge]!);
    }
    ownFirst.push(ownTargets.length);
  }
  const contents = new Int32Array(ids.length * DIGEST_WORDS);
  const places = new Uint8Array(ids.length);
  for (let number = 0; number < ids.length; number++) {
    const id = ids.at(number);
    graph.digestTo(id, contents, number * DIGEST_WORDS);
    places[number] = (graph.flags(id) & PIECE.place) === 0 ? 0 : 1;
  }
  return {
    graph: {
      kinds: kindsOf(contents, places),
      first: ownFirst.items,
      targets: ownTargets.items,
      labels: ownLabels.items,
    },
    wording: { contents, places, labels: labelWords(graph.labels) },
    starts,
  };
}

/** Numbers contents; each place is a kind of its own, or writing one static would equal writing another. */
function kindsOf(contents: Int32Array, places: Uint8Array): Int32Array {
  const count = places.length;
  const kinds = new Int32Array(count);
  let size = 4;
  while (size < count * 2) size *= 2;
  /** Nodes, plus 1, by their content. */
  const slots = new Int32Array(size);
  for (let node = 0; node < count; node++) {
    kinds[node] = node;
    if (places[node] === 1) continue;
    const at = node * DIGEST_WORDS;
    let slot = contents[at]! & (size - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (size - 1)) {
      const other = slots[slot]! - 1;
      if (areEqual(contents, at, other * DIGEST_WORDS)) break;
    }
    if (slots[slot] === 0) slots[slot] = node + 1;
    else kinds[node] = slots[slot]! - 1;
  }
  return kinds;
}

function areEqual(words: Int32Array, at: number, other: number): boolean {
  for (let word = 0; word < DIGEST_WORDS; word++)
    if (words[at + word] !== words[other + word]) return false;
  return true;
}

function labelWords(labels: readonly string[]): Int32Array {
  const words = new Int32Array(labels.length * DIGEST_WORDS);
  labels.forEach((label, index) => {
    const digest = hash('sha256', label, 'buffer');
    for (let word = 0; word < DIGEST_WORDS; word++)
      words[index * DIGEST_WORDS + word] = digest.readInt32LE(word * 4);
  });
  return words;
}
