import type { LinkGraph } from './link-graph';
import { reverseReferences } from './reverse-references';

/** How a test comes to a node. */
export interface TestPath {
  /** From where it starts to the node, both included. */
  readonly nodes: readonly number[];
  /** It starts at what belongs to every test, because the test's own code does not lead there. */
  readonly isShared: boolean;
}

/** The nearest of some nodes, seen from every node of a graph. */
export interface NearestNodes {
  /** Number of references on the way to the nearest one; -1 where none is reached. */
  distance(id: number): number;
  /** A shortest way from a node to the nearest one, both included. Of several, that of the earliest references. */
  pathFrom(id: number): number[] | undefined;
  /** A shortest way from a test: of its own, or else from what belongs to every test. */
  pathOf(test: string): TestPath | undefined;
}

/** The shortest way of references by which a test comes to one of some nodes; undefined if there is none. */
export function shortestPath(
  graph: LinkGraph,
  test: string,
  goals: Iterable<number>,
): TestPath | undefined {
  return nearestNodes(graph, goals).pathOf(test);
}

/**
 * Measures the distance from every node to the nearest of some goals, in time
 * that grows with the graph and not with the number of tests that are asked for.
 */
export function nearestNodes(graph: LinkGraph, goals: Iterable<number>): NearestNodes {
  const distances = distancesTo(graph, goals);
  const pathFrom = (start: number): number[] | undefined => {
    if (distances[start]! < 0) return undefined;
    const path = [start];
    for (let id = start; distances[id]! > 0;) {
      const left = distances[id]! - 1;
      id = graph.targets(id).find((target) => target >= 0 && distances[target] === left)!;
      path.push(id);
    }
    return path;
  };
  return {
    distance: (id) => distances[id]!,
    pathFrom,
    pathOf(test) {
      const root = graph.tests.get(test);
      const own = root === undefined ? undefined : pathFrom(root);
      if (own !== undefined) return { nodes: own, isShared: false };
      const shared = nearest(graph.sharedRoots, distances);
      return shared === undefined ? undefined : { nodes: pathFrom(shared)!, isShared: true };
    },
  };
}

function distancesTo(graph: LinkGraph, goals: Iterable<number>): Int32Array {
  const { first, users } = reverseReferences(graph);
  const distances = new Int32Array(graph.size).fill(-1);
  const queue = new Int32Array(graph.size);
  let end = 0;
  for (const goal of goals) {
    if (distances[goal] === 0) continue;
    distances[goal] = 0;
    queue[end++] = goal;
  }
  for (let at = 0; at < end; at++) {
    const id = queue[at]!;
    for (let index = first[id]!; index < first[id + 1]!; index++) {
      const user = users[index]!;
      if (distances[user] !== -1) continue;
      distances[user] = distances[id]! + 1;
      queue[end++] = user;
    }
  }
  return distances;
}

function nearest(starts: readonly number[], distances: Int32Array): number | undefined {
  let best: number | undefined;
  for (const start of starts) {
    const distance = distances[start]!;
    if (distance >= 0 && (best === undefined || distance < distances[best]!)) best = start;
  }
  return best;
}
