import type { LinkGraph } from './link-graph';
import { nearestNodes } from './shortest-path';

/** Which tests reach something. */
export interface ReachingTests {
  /** Sorted. */
  readonly tests: readonly string[];
  /** What belongs to every test leads there, so that all tests do. */
  readonly isShared: boolean;
}

/** Finds the tests that reach any of some nodes: one walk for all tests together. */
export function testsReaching(graph: LinkGraph, nodes: Iterable<number>): ReachingTests {
  const { distance } = nearestNodes(graph, nodes);
  const isShared = graph.sharedRoots.some((root) => distance(root) >= 0);
  const tests: string[] = [];
  for (const [test, root] of graph.tests) if (isShared || distance(root) >= 0) tests.push(test);
  return { tests: tests.sort(), isShared };
}
