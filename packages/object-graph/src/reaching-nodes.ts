import type { PieceGraph } from './piece-graph';

/** Per node, 1 if it is one of the goals or leads to one. @param graph With all nodes read. */
export function reachingNodes(graph: PieceGraph, goals: readonly number[]): Uint8Array {
  const reaching = new Uint8Array(graph.size);
  const waiting = goals.filter((goal) => (reaching[goal] === 1 ? false : (reaching[goal] = 1)));
  if (waiting.length === 0) return reaching;
  const { first, sources } = graph.incoming;
  for (let goal = waiting.pop(); goal !== undefined; goal = waiting.pop()) {
    for (let at = first[goal]!; at < first[goal + 1]!; at++) {
      const source = sources[at]!;
      if (reaching[source] === 1) continue;
      reaching[source] = 1;
      waiting.push(source);
    }
  }
  return reaching;
}
