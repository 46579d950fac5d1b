import * as elf from './elf/constants';
import { COMMON } from './elf/elf-object';
import { stronglyConnectedComponents } from './equivalence';
import type { ObjectGraph } from './object-graph';
import { staticPath } from './static-path';

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
  graph: ObjectGraph,
  roots: ReadonlyMap<string, number>,
): SharedStatic[] {
  const statics: number[] = [];
  for (let id = 0; id < graph.size; id++) if (isWorkspaceState(graph, id)) statics.push(id);
  const names = [...roots.keys()].sort();
  const starts = names.map((name) => roots.get(name)!);
  const shared: SharedStatic[] = [];
  reachingRoots(graph, statics, starts).forEach((reaching, index) => {
    if (reaching.length < 2) return;
    const id = statics[index]!;
    const isThreadLocal = isInThreadLocalSection(graph, id);
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
  graph: ObjectGraph,
  goals: readonly number[],
  roots: readonly number[],
): number[][] {
  const reaching: number[][] = goals.map(() => []);
  if (goals.length === 0) return reaching;
  const edges = Array.from({ length: graph.size }, (_, id) => graph.node(id).targets);
  const components = stronglyConnectedComponents(edges);
  const componentOf = new Int32Array(edges.length);
  components.forEach((members, component) => {
    for (const member of members) componentOf[member] = component;
  });
  const reached = new Int32Array(components.length);
  for (let first = 0; first < goals.length; first += WORD_BITS) {
    const word = goals.slice(first, first + WORD_BITS);
    reached.fill(0);
    word.forEach((goal, bit) => (reached[componentOf[goal]!]! |= 1 << bit));
    components.forEach((members, component) => {
      let bits = reached[component]!;
      for (const member of members) {
        for (const target of edges[member]!)
          if (target >= 0) bits |= reached[componentOf[target]!]!;
      }
      reached[component] = bits;
    });
    roots.forEach((root, index) => {
      const bits = reached[componentOf[root]!]!;
      word.forEach((_, bit) => {
        if ((bits & (1 << bit)) !== 0) reaching[first + bit]!.push(index);
      });
    });
  }
  return reaching;
}

const WORD_BITS = 32;

function isWorkspaceState(graph: ObjectGraph, id: number): boolean {
  const { object, section, start, end } = graph.piece(id);
  return (
    object.isWorkspace &&
    end > start &&
    graph.node(id).isWritable &&
    !graph.symbol(id).startsWith(PERSONALITY_POINTER) &&
    (section === COMMON || !object.elf.sectionNameStartsWith(section, COVERAGE_COUNTERS))
  );
}

/** Writable for the dynamic linker only, which fills it in. */
const PERSONALITY_POINTER = 'DW.ref.';
/** What `-C instrument-coverage` adds to each function, for a report that no test reads. */
const COVERAGE_COUNTERS = '__llvm_prf_';

function isInThreadLocalSection(graph: ObjectGraph, id: number): boolean {
  const { object, section } = graph.piece(id);
  return section !== COMMON && (object.elf.section(section).flags & elf.SHF_TLS) !== 0;
}

function unnamed(graph: ObjectGraph, id: number): string {
  const { object, section } = graph.piece(id);
  return `${section === COMMON ? 'COMMON' : object.elf.sectionName(section)} of ${object.elf.name.split('/').at(-1)!}`;
}
