import type { LinkGraph } from './link-graph';

/** Who refers to each node; the users of `n` stand at `users[first[n]]` to `users[first[n + 1] - 1]`. */
export interface ReverseReferences {
  readonly first: Int32Array;
  readonly users: Int32Array;
}

/** Turns all references of a graph around. The users of a node are in ascending order. */
export function reverseReferences(graph: LinkGraph): ReverseReferences {
  const { size } = graph;
  const first = new Int32Array(size + 1);
  for (let id = 0; id < size; id++) {
    for (const target of graph.targets(id)) if (target >= 0) first[target + 1]!++;
  }
  for (let id = 0; id < size; id++) first[id + 1]! += first[id]!;
  const users = new Int32Array(first[size]!);
  const next = first.slice(0, size);
  for (let id = 0; id < size; id++) {
    for (const target of graph.targets(id)) if (target >= 0) users[next[target]!++] = id;
  }
  return { first, users };
}
