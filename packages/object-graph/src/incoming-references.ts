import type { References } from './piece-graph';

/** References the other way round: nodes that refer to a node, `[first, end)` of `sources`. */
export interface Incoming {
  readonly size: number;
  readonly first: Int32Array;
  readonly sources: Int32Array;
}

/** Turns references around. */
export function incomingReferences(size: number, { first, targets }: References): Incoming {
  const firstSources = new Int32Array(size + 2);
  const edges = first[size]!;
  for (let edge = 0; edge < edges; edge++)
    if (targets[edge]! >= 0) firstSources[targets[edge]! + 2]!++;
  for (let id = 0; id < size; id++) firstSources[id + 2]! += firstSources[id + 1]!;
  const sources = new Int32Array(firstSources[size + 1]!);
  for (let id = 0; id < size; id++) {
    for (let edge = first[id]!; edge < first[id + 1]!; edge++) {
      const target = targets[edge]!;
      if (target >= 0) sources[firstSources[target + 1]!++] = id;
    }
  }
  return { size, first: firstSources, sources };
}
