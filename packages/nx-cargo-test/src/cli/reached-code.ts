import { nodeKind, nodePath, type LinkGraph } from '@nx-cargo-test/object-graph';
import { CODE_ORIGINS, type CodeOrigin } from './code-origin';

/** How much of one origin is reached. */
export interface ReachedAmount {
  readonly functions: number;
  readonly statics: number;
  /** Strings, vtables and other constants without a name. */
  readonly constants: number;
  /** Of all of these. */
  readonly bytes: number;
}

/** Counts what is reached from some nodes, by where it comes from. */
export function reachedCode(
  graph: LinkGraph,
  roots: readonly number[],
  originOf: (path: string, object: string) => CodeOrigin,
): ReadonlyMap<CodeOrigin, ReachedAmount> {
  const amounts = new Map(
    CODE_ORIGINS.map((origin) => [origin, { functions: 0, statics: 0, constants: 0, bytes: 0 }]),
  );
  for (const id of reachedFrom(graph, roots)) {
    const amount = amounts.get(originOf(nodePath(graph, id), graph.object(id)))!;
    amount[`${nodeKind(graph, id)}s`]++;
    amount.bytes += graph.bytes(id);
  }
  return amounts;
}

/** What is reached, wherever it comes from. */
export function totalOf(amounts: ReadonlyMap<CodeOrigin, ReachedAmount>): ReachedAmount {
  const total = { functions: 0, statics: 0, constants: 0, bytes: 0 };
  for (const amount of amounts.values()) {
    total.functions += amount.functions;
    total.statics += amount.statics;
    total.constants += amount.constants;
    total.bytes += amount.bytes;
  }
  return total;
}

/** The nodes that are reached from some, themselves included, each once. */
export function reachedFrom(graph: LinkGraph, roots: readonly number[]): number[] {
  const isReached = new Uint8Array(graph.size);
  const reached: number[] = [];
  const meet = (id: number): void => {
    if (id < 0 || isReached[id] === 1) return;
    isReached[id] = 1;
    reached.push(id);
  };
  roots.forEach(meet);
  for (let at = 0; at < reached.length; at++) graph.targets(reached[at]!).forEach(meet);
  return reached;
}
