import type { LinkGraph } from './link-graph';
import { nodePath } from './node-path';

/** Which named pieces of two links are the same thing, whether or not it changed. */
export interface NodePairs {
  /** `[before, after]`. */
  readonly pairs: readonly (readonly [number, number])[];
  readonly before: PairedSide;
  readonly after: PairedSide;
}

/** One of two links. */
export interface PairedSide {
  readonly graph: LinkGraph;
  /** Per node, the name that it goes by; empty for pieces that only the compiler named. */
  readonly names: readonly string[];
  /** Tests by the node that they start at. */
  readonly testAt: ReadonlyMap<number, string>;
  /** Per node, the pair that it is in, or is a mere copy of; -1 for those in none. */
  readonly pairOf: Int32Array;
}

/**
 * Pairs functions and statics of two links by their paths. The instances of a
 * generic, which have one path, are paired by their symbols, then by their
 * content and references, then by their content; what is left, in order. A
 * test's descriptor goes by the test's name.
 */
export function pairNodes(before: LinkGraph, after: LinkGraph): NodePairs {
  const [one, other] = [side(before), side(after)];
  const pairs: [number, number][] = [];
  const groups = new Map<string, [number[], number[]]>();
  const add = (names: readonly string[], index: 0 | 1): void => {
    names.forEach((name, id) => {
      if (name === '') return;
      const group = groups.get(name);
      if (group !== undefined) group[index].push(id);
      else groups.set(name, index === 0 ? [[id], []] : [[], [id]]);
    });
  };
  add(one.names, 0);
  add(other.names, 1);
  for (const [ours, theirs] of groups.values()) {
    if (ours.length === 0 || theirs.length === 0) continue;
    for (const pair of pairGroup(one, ours, other, theirs)) {
      one.pairOf[pair[0]] = other.pairOf[pair[1]] = pairs.push(pair) - 1;
    }
    for (const [own, ids] of [[one, ours] as const, [other, theirs] as const])
      if (ours.length !== theirs.length) recogniseCopies(own, ids);
  }
  return { pairs, before: one, after: other };
}

function side(graph: LinkGraph): PairedSide {
  const names = Array.from({ length: graph.size }, (_, id) => nodePath(graph, id));
  for (const root of graph.sharedRoots) names[root] ||= `(${graph.section(root)})`;
  const testAt = new Map<number, string>();
  for (const [test, root] of graph.tests) {
    testAt.set(root, test);
    names[root] = `(test) ${test}`;
  }
  return { graph, names, testAt, pairOf: new Int32Array(graph.size).fill(-1) };
}

function pairGroup(
  one: PairedSide,
  ours: readonly number[],
  other: PairedSide,
  theirs: readonly number[],
): [number, number][] {
  if (ours.length === 1 && theirs.length === 1) return [[ours[0]!, theirs[0]!]];
  const pairs: [number, number][] = [];
  let rest: readonly [readonly number[], readonly number[]] = [ours, theirs];
  for (const keyOf of STAGES) {
    const waiting = new Map<string, number[]>();
    for (const id of rest[0]) {
      const key = keyOf(one, id);
      const same = waiting.get(key);
      if (same === undefined) waiting.set(key, [id]);
      else same.push(id);
    }
    const paired = new Set<number>();
    const left: number[] = [];
    for (const id of rest[1]) {
      const partner = waiting.get(keyOf(other, id))?.shift();
      if (partner === undefined) left.push(id);
      else {
        paired.add(partner);
        pairs.push([partner, id]);
      }
    }
    rest = [rest[0].filter((id) => !paired.has(id)), left];
    if (rest[0].length === 0 || left.length === 0) break;
  }
  return pairs;
}

/** What two instances have in common, from the surest sign to none. */
const STAGES: readonly ((side: PairedSide, id: number) => string)[] = [
  (side, id) => `${side.graph.symbol(id)} ${signature(side, id)}`,
  (side, id) => `${side.graph.symbol(id)} ${side.graph.digest(id)}`,
  (side, id) => side.graph.symbol(id),
  signature,
  ({ graph }, id) => graph.digest(id),
  () => '',
];

/** Content and the names of what it refers to. */
function signature({ graph, names }: PairedSide, id: number): string {
  const targets = graph
    .targets(id)
    .map((target) => (target < 0 ? '-' : names[target] || graph.digest(target)));
  return [graph.digest(id), ...graph.outsideNames(id), ...targets].join('\n');
}

/** An instance that has no partner, but is like one that has, is only one more copy of it. */
function recogniseCopies(own: PairedSide, ids: readonly number[]): void {
  const known = new Map<string, number>();
  for (const id of ids) {
    if (own.pairOf[id]! >= 0) known.set(signature(own, id), own.pairOf[id]!);
  }
  for (const id of ids) {
    if (own.pairOf[id]! < 0) own.pairOf[id] = known.get(signature(own, id)) ?? -1;
  }
}
