import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { ReachedClasses } from './reached-classes';
import type { WordedGraph } from './reached-classes';

interface Sample {
  readonly labels: readonly string[];
  readonly edges: readonly (readonly number[])[];
  /** Nodes that are places: each in a class of its own. */
  readonly places: readonly boolean[];
}

/** Small graphs with few labels, so that many nodes look alike; -1 leads out. */
const graphs: fc.Arbitrary<Sample> = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.record({
    labels: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: count, maxLength: count }),
    edges: fc.array(fc.array(fc.integer({ min: -1, max: count - 1 }), { maxLength: 3 }), {
      minLength: count,
      maxLength: count,
    }),
    places: fc.array(
      fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
      { minLength: count, maxLength: count },
    ),
  }),
);

function digestsOf(
  sample: Sample,
  roots: readonly number[],
  shared: readonly number[] = [],
): string[] {
  const classes = classesOf(sample);
  return roots.map((root) => classes.digest([...shared, root]));
}

function classesOf(sample: Sample): ReachedClasses {
  return new ReachedClasses(graphOf(sample), sample.labels.keys());
}

function graphOf({ labels, edges, places }: Sample): WordedGraph {
  const first = [0];
  for (const targets of edges) first.push(first.at(-1)! + targets.length);
  return {
    size: labels.length,
    first: Int32Array.from(first),
    targets: Int32Array.from(edges.flat()),
    labels: new Int32Array(first.at(-1)!),
    contents: wordsOf(labels),
    places: Uint8Array.from(labels, (_, node) => (places[node] ? 1 : 0)),
    labelWords: new Int32Array(4),
  };
}

function wordsOf(labels: readonly string[]): Int32Array {
  const known = new Map<string, Int32Array>();
  const words = new Int32Array(labels.length * 4);
  labels.forEach((label, node) => {
    let own = known.get(label);
    if (own === undefined) {
      const digest = createHash('sha256').update(label).digest();
      own = Int32Array.from([0, 4, 8, 12], (at) => digest.readInt32LE(at));
      known.set(label, own);
    }
    words.set(own, node * 4);
  });
  return words;
}

/**
 * What a root reaches, written down by a walk over classes that numbers each
 * when it is met: equal texts mean equal graphs but for names.
 */
function walkOf(sample: Sample, root: number): string {
  const classes = coarsestPartition(sample);
  const ordinals = new Map<number, number>();
  const walk = (node: number): string => {
    const known = ordinals.get(classes[node]!);
    if (known !== undefined) return `${known}`;
    ordinals.set(classes[node]!, ordinals.size);
    const inner = sample.edges[node]!.map((target) => (target < 0 ? '-' : walk(target)));
    return `(${sample.labels[node]}${sample.places[node] ? '!' : ''} ${inner.join(' ')})`;
  };
  return walk(root);
}

function reached(edges: Sample['edges'], root: number): Set<number> {
  const set = new Set([root]);
  for (const node of set) for (const target of edges[node]!) if (target >= 0) set.add(target);
  return set;
}

/** The partition by definition: split classes until nothing more can be told apart. */
function coarsestPartition({ labels, edges, places }: Sample): number[] {
  let classes = labels.map((_, node) => (places[node] ? node + 1 : 0));
  for (let round = 0; round <= labels.length; round++) {
    const keys = new Map<string, number>();
    classes = labels.map((label, node) => {
      const targets = edges[node]!.map((target) => (target < 0 ? '-' : String(classes[target])));
      const key = `${label} ${classes[node]} ${targets.join()}`;
      if (!keys.has(key)) keys.set(key, keys.size);
      return keys.get(key)!;
    });
  }
  return classes;
}

test('classes are those of the coarsest partition', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const actual = [...classesOf(graph).of];
      const expected = coarsestPartition(graph);
      for (let a = 0; a < actual.length; a++) {
        for (let b = 0; b < a; b++)
          expect(actual[a] === actual[b]).toBe(expected[a] === expected[b]);
      }
      expect([...new Set(actual)].sort((a, b) => a - b)).toEqual(
        [...new Set(actual)].map((_, index) => index),
      );
    }),
    { numRuns: 1000 },
  );
});

test('digests are equal exactly when a walk meets the same', () => {
  fc.assert(
    fc.property(graphs, graphs, (one, other) => {
      const texts: string[] = [];
      const digests: string[] = [];
      for (const graph of [one, other]) {
        const roots = graph.labels.map((_, node) => node);
        texts.push(...roots.map((root) => walkOf(graph, root)));
        digests.push(...digestsOf(graph, roots));
      }
      digests.forEach((digest, index) =>
        digests.forEach((another, at) =>
          expect(digest === another).toBe(texts[index] === texts[at]),
        ),
      );
    }),
    { numRuns: 1500 },
  );
});

test('digests are equal exactly when a walk meets the same, with many places and cycles', () => {
  const tangled = fc.integer({ min: 2, max: 7 }).chain((count) =>
    fc.record({
      labels: fc.array(fc.constantFrom('a', 'b'), { minLength: count, maxLength: count }),
      edges: fc.array(
        fc.array(fc.integer({ min: 0, max: count - 1 }), { minLength: 1, maxLength: 3 }),
        { minLength: count, maxLength: count },
      ),
      places: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    }),
  );
  fc.assert(
    fc.property(fc.array(tangled, { minLength: 6, maxLength: 6 }), (samples) => {
      const texts = samples.flatMap((sample) =>
        sample.labels.map((_, root) => walkOf(sample, root)),
      );
      const digests = samples.flatMap((sample) =>
        digestsOf(
          sample,
          sample.labels.map((_, root) => root),
        ),
      );
      expect(digests.map((digest) => digests.indexOf(digest))).toEqual(
        texts.map((text) => texts.indexOf(text)),
      );
    }),
    { numRuns: 1500 },
  );
});

test('the order of nodes does not matter', () => {
  const withOrder = graphs.chain((graph) =>
    fc.tuple(
      fc.constant(graph),
      fc.shuffledSubarray(
        graph.labels.map((_, node) => node),
        { minLength: graph.labels.length },
      ),
    ),
  );
  fc.assert(
    fc.property(withOrder, ([graph, order]) => {
      const position = new Map(order.map((node, index) => [node, index]));
      const permuted: Sample = {
        labels: order.map((node) => graph.labels[node]!),
        edges: order.map((node) =>
          graph.edges[node]!.map((target) => (target < 0 ? -1 : position.get(target)!)),
        ),
        places: order.map((node) => graph.places[node]!),
      };
      const roots = graph.labels.map((_, node) => node);
      expect(
        digestsOf(
          permuted,
          roots.map((root) => position.get(root)!),
        ),
      ).toEqual(digestsOf(graph, roots));
    }),
    { numRuns: 500 },
  );
});

test('a second copy of a node that is no place does not matter', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), fc.infiniteStream(fc.boolean()), (graph, pick, choices) => {
      const original = pick % graph.labels.length;
      fc.pre(!graph.places[original]);
      const copy = graph.labels.length;
      const redirected = [...graph.edges, graph.edges[original]!].map((edges) =>
        edges.map((target) =>
          target === original && choices.next().value === true ? copy : target,
        ),
      );
      const copied: Sample = {
        labels: [...graph.labels, graph.labels[original]!],
        edges: redirected,
        places: [...graph.places, false],
      };
      const roots = graph.labels.map((_, node) => node);
      expect(digestsOf(copied, roots)).toEqual(digestsOf(graph, roots));
    }),
    { numRuns: 1000 },
  );
});

test('another label matters to just the roots that reach it', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (graph, pick) => {
      const changed = pick % graph.labels.length;
      const labels = graph.labels.map((label, node) => (node === changed ? 'd' : label));
      const before = digestsOf(
        graph,
        graph.labels.map((_, node) => node),
      );
      const after = digestsOf(
        { ...graph, labels },
        graph.labels.map((_, node) => node),
      );
      graph.labels.forEach((_, root) =>
        expect(before[root] !== after[root]).toBe(reached(graph.edges, root).has(changed)),
      );
    }),
    { numRuns: 500 },
  );
});

test('writing one place or another of equal content matters', () => {
  const edges = (written: number) => [[1, 2], [written], [], [2], [3]];
  const graph = (written: number): Sample => ({
    labels: ['root', 'writer', 'static', 'static', 'other'],
    edges: edges(written),
    places: [false, false, true, true, false],
  });
  // The root reads place 2, and its writer writes either that place or place 3.
  expect(digestsOf({ ...graph(2), edges: [[1, 2], [2], [], [], []] }, [0])).not.toEqual(
    digestsOf({ ...graph(3), edges: [[1, 2], [3], [], [], []] }, [0]),
  );
});

test('which of several references leads out matters', () => {
  const graph = (edges: number[][]): Sample => ({
    labels: ['a', 'b'],
    edges,
    places: [false, false],
  });
  expect(digestsOf(graph([[-1, 1], []]), [0])).not.toEqual(digestsOf(graph([[1, -1], []]), [0]));
});

test('shared roots count for every root', () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (graph, pick) => {
      const shared = pick % graph.labels.length;
      const labels = graph.labels.map((label, node) => (node === shared ? 'd' : label));
      const roots = graph.labels.map((_, node) => node);
      const before = digestsOf(graph, roots, [shared]);
      digestsOf({ ...graph, labels }, roots, [shared]).forEach((digest, root) =>
        expect(digest).not.toBe(before[root]),
      );
    }),
  );
});

test('a cycle of many nodes needs no deep stack', () => {
  const count = 200_000;
  const graph: Sample = {
    labels: Array.from({ length: count }, () => 'a'),
    edges: Array.from({ length: count }, (_, node) => [(node + 1) % count]),
    places: [],
  };
  expect(new Set(digestsOf(graph, [0, count - 1])).size).toBe(1);
});
