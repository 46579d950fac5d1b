import type { PieceGraph } from './piece-graph';
import { PIECE } from './object-table';
import { staticPath } from './static-path';
import { reachingNodes } from './reaching-nodes';
import { strongComponents } from './strong-components';

/** A place by which tests that run in one process can act on each other. */
export interface SharedStatic {
  /** Path with crate and modules, for people: several statics may have one name. */
  readonly name: string;
  readonly isThreadLocal: boolean;
  /** The tests that reach it, sorted: two or more. */
  readonly tests: readonly string[];
}

/**
 * Finds the writable statics and thread-locals of the workspace's files that
 * two or more tests reach, each from its own root: what constructors and the
 * test harness reach is the same for every test. Sorted by name.
 *
 * @param graph With all nodes read.
 * @param roots Per test, the node that it starts at.
 */
export function findSharedState(
  graph: PieceGraph,
  roots: ReadonlyMap<string, number>,
): SharedStatic[] {
  const statics: number[] = [];
  const { nodeFlags } = graph;
  for (let id = 0; id < graph.size; id++)
    if ((nodeFlags[id]! & PIECE.writable) !== 0 && isWorkspaceState(graph, id)) statics.push(id);
  const names = [...roots.keys()].sort();
  const starts = names.map((name) => roots.get(name)!);
  const shared: SharedStatic[] = [];
  reachingRoots(graph, statics, starts).forEach((reaching, index) => {
    if (reaching.length < 2) return;
    const id = statics[index]!;
    const isThreadLocal = (graph.flags(id) & PIECE.threadLocal) !== 0;
    shared.push({
      name: staticPath(graph.symbol(id), isThreadLocal) ?? unnamed(graph, id),
      isThreadLocal,
      tests: reaching.map((root) => names[root]!),
    });
  });
  return shared
    .map((state) => ({ state, key: JSON.stringify(state) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ state }) => state);
}

/**
 * For each goal, the roots that reach it, by index and ascending. Mutually
 * reachable nodes reach the same, and their components come in an order in
 * which all that they lead to is known, so one pass over the references
 * answers for as many goals as a word has bits.
 */
function reachingRoots(
  graph: PieceGraph,
  goals: readonly number[],
  roots: readonly number[],
): number[][] {
  const reaching: number[][] = goals.map(() => []);
  if (goals.length === 0) return reaching;
  const { first, targets } = graph.references;
  // Only what leads to any of the goals is walked.
  const reaches = reachingNodes(graph, goals);
  const known = new Int32Array(graph.size);
  for (let id = 0; id < known.length; id++) known[id] = -reaches[id]!;
  const components = strongComponents(graph.size, first, targets, { starts: roots, known });
  const reached = new Int32Array(components.count);
  for (let start = 0; start < goals.length; start += WORD_BITS) {
    const word = goals.slice(start, start + WORD_BITS);
    reached.fill(0);
    word.forEach((goal, bit) => {
      if (components.of[goal]! >= 0) reached[components.of[goal]!]! |= 1 << bit;
    });
    for (let component = 0; component < components.count; component++) {
      let bits = reached[component]!;
      for (let at = components.first[component]!; at < components.first[component + 1]!; at++) {
        const member = components.nodes[at]!;
        for (let edge = first[member]!; edge < first[member + 1]!; edge++) {
          const target = targets[edge]! < 0 ? -1 : components.of[targets[edge]!]!;
          if (target >= 0) bits |= reached[target]!;
        }
      }
      reached[component] = bits;
    }
    roots.forEach((root, index) => {
      const bits = reached[components.of[root]!] ?? 0;
      word.forEach((_, bit) => {
        if ((bits & (1 << bit)) !== 0) reaching[start + bit]!.push(index);
      });
    });
  }
  return reaching;
}

const WORD_BITS = 32;

function isWorkspaceState(graph: PieceGraph, id: number): boolean {
  const flags = graph.flags(id);
  return (
    (flags & PIECE.coverage) === 0 &&
    graph.object(id).isWorkspace &&
    graph.bytes(id) > 0 &&
    !graph.symbol(id).startsWith(PERSONALITY_POINTER)
  );
}

/** Writable for the dynamic linker only, which fills it in. */
const PERSONALITY_POINTER = 'DW.ref.';

function unnamed(graph: PieceGraph, id: number): string {
  return `${graph.section(id)} of ${graph.object(id).name.split('/').at(-1)!}`;
}
