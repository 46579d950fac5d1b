import fc from 'fast-check';
import type { LinkGraph } from './link-graph';
import { nearestNodes, shortestPath } from './shortest-path';
import { smallGraph } from './test-support/small-graph';

const graph = smallGraph(
  {
    test: { to: ['long', 'left', 'right', 'memcpy'] },
    other: { to: ['other'] },
    long: { to: ['longer'] },
    longer: { to: ['goal'] },
    left: { to: ['goal'] },
    right: { to: ['goal'] },
    goal: { to: ['test'] },
    constructor: { to: ['hidden'] },
    longConstructor: { to: ['constructor'] },
    hidden: {},
  },
  { one: ['test', ''], two: ['other', ''], three: ['goal', ''] },
  ['longConstructor', 'constructor'],
);
const symbols = (nodes: readonly number[] | undefined) => nodes?.map((id) => graph.symbol(id));
const idOf = (symbol: string): number =>
  Array.from({ length: graph.size }, (_, id) => id).find((id) => graph.symbol(id) === symbol)!;

test('of several shortest ways, that of the first reference is told', () => {
  const path = shortestPath(graph, 'one', [idOf('goal')])!;
  expect({ ...path, nodes: symbols(path.nodes) }).toEqual({
    nodes: ['test', 'left', 'goal'],
    isShared: false,
  });
});

test('a goal may be where the test starts, and the nearest of several counts', () => {
  expect(symbols(shortestPath(graph, 'three', [idOf('goal')])?.nodes)).toEqual(['goal']);
  expect(symbols(shortestPath(graph, 'one', [idOf('longer'), idOf('right')])?.nodes)).toEqual([
    'test',
    'right',
  ]);
});

test('what every test has is a way only where the test has none of its own', () => {
  const path = shortestPath(graph, 'two', [idOf('hidden')])!;
  expect({ ...path, nodes: symbols(path.nodes) }).toEqual({
    nodes: ['constructor', 'hidden'],
    isShared: true,
  });
});

test('there may be no way, no such test and no goal', () => {
  expect(shortestPath(graph, 'two', [idOf('goal')])).toBeUndefined();
  expect(shortestPath(graph, 'no such test', [idOf('goal')])).toBeUndefined();
  expect(shortestPath(graph, 'one', [])).toBeUndefined();
});

test('in any graph, ways are ways and none is shorter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: -1, max: 11 }), { maxLength: 4 }), {
        minLength: 12,
        maxLength: 12,
      }),
      fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 3 }),
      (edges, goals) => {
        const random: LinkGraph = { ...graph, size: 12, targets: (id) => edges[id]! };
        const nearest = nearestNodes(random, goals);
        for (let start = 0; start < 12; start++) {
          const path = nearest.pathFrom(start);
          const distance = measured(edges, start, new Set(goals));
          expect(nearest.distance(start)).toBe(distance ?? -1);
          expect(path?.length).toBe(distance === undefined ? undefined : distance + 1);
          if (path === undefined) continue;
          expect(path[0]).toBe(start);
          expect(goals).toContain(path.at(-1));
          for (const [index, id] of path.slice(1).entries())
            expect(edges[path[index]!]).toContain(id);
        }
      },
    ),
  );
});

/** Number of references to the nearest goal, by going one step further at a time. */
function measured(
  edges: readonly (readonly number[])[],
  start: number,
  goals: ReadonlySet<number>,
): number | undefined {
  let reached = new Set([start]);
  for (let distance = 0; distance < edges.length; distance++) {
    if ([...reached].some((id) => goals.has(id))) return distance;
    reached = new Set([...reached].flatMap((id) => edges[id]!.filter((target) => target >= 0)));
  }
  return undefined;
}
