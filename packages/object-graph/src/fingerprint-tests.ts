import { canonicalDigests } from './canonical-form';
import { equivalenceClasses } from './equivalence';
import { ObjectGraphError } from './errors';
import { LinkedProgram } from './linked-program';
import type { Link } from './linked-program';
import { LocationReaders } from './location-readers';
import type { CountedLocations } from './location-readers';
import { ObjectGraph } from './object-graph';
import { sharedRoots } from './shared-roots';
import { findSharedState } from './shared-state';
import type { SharedStatic } from './shared-state';
import { findTestDescriptors } from './test-descriptor';

/** Version of what enters a fingerprint; a new one makes every fingerprint new. */
export const GRAPH_VERSION = 2;

/** What the objects of a link tell about its tests. */
export interface TestFingerprints {
  /** Lower-case hexadecimal digest per test. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Tests that the objects tell nothing about, with the reason; they depend on the whole binary. */
  readonly unknown: ReadonlyMap<string, string>;
  /** Tests that can read the line of any panic, so that their fingerprints hold all lines. */
  readonly readsLocations: ReadonlySet<string>;
  /**
   * Writable statics and thread-locals of the workspace that two or more tests
   * reach, sorted by name. What the tests in `unknown` reach is not known.
   */
  readonly sharedState: readonly SharedStatic[];
}

/**
 * Fingerprints tests by all code and data that each can reach. Equal
 * fingerprints mean equal code, constants and statics, wherever the compiler
 * put them and whatever it called them.
 *
 * @param tests Names as the binary lists them.
 * @throws {ObjectGraphError} when the link cannot be followed soundly.
 */
export function fingerprintTests(link: Link, tests: readonly string[]): TestFingerprints {
  const program = new LinkedProgram(link);
  const graph = new ObjectGraph(program);
  const descriptors = findTestDescriptors(program, new Set(tests));
  const unknown = new Map<string, string>();
  const roots = new Map<string, number>();
  for (const test of tests) {
    const descriptor = descriptors.get(test);
    if (descriptor === undefined) {
      unknown.set(test, 'no test descriptor of a known layout');
      continue;
    }
    const root = graph.nodeAtOffset(descriptor.object, descriptor.section, descriptor.offset);
    graph.mask(root, descriptor.masks);
    roots.set(test, root);
  }
  const taken = fingerprintRoots(graph, roots);
  // Afterwards, as all that any test reaches has been read by then.
  return { ...taken, unknown, sharedState: findSharedState(graph, roots) };
}

/**
 * Fingerprints a whole program by what its `main` reaches: a test without the
 * harness, or a binary that integration tests start.
 *
 * @param isOutputRead Whether another process may read what a panic of the
 *   program prints, so that every line counts. Default: false.
 * @throws {ObjectGraphError} when the link cannot be followed soundly.
 */
export function fingerprintProgram(link: Link, isOutputRead = false): string {
  const graph = new ObjectGraph(new LinkedProgram(link));
  const [main] = graph.nodesOf('main');
  if (main === undefined)
    throw new ObjectGraphError('UNRESOLVED_SYMBOL', 'no captured object defines main');
  const least = isOutputRead ? 'all' : 'none';
  return fingerprintRoots(graph, new Map([['main', main]]), least).fingerprints.get('main')!;
}

function fingerprintRoots(
  graph: ObjectGraph,
  roots: ReadonlyMap<string, number>,
  least: 'none' | 'all' = 'none',
): Pick<TestFingerprints, 'fingerprints' | 'readsLocations'> {
  const { unnamed, harness } = sharedRoots(graph);
  const shared = [...unnamed, ...harness];
  // Reading a node makes its targets known, so this reads all that any root reaches.
  for (let id = 0; id < graph.size; id++) graph.node(id);

  const readers = new LocationReaders(graph);
  const groups: Record<CountedLocations, [string, number][]> = { none: [], caller: [], all: [] };
  // The harness installs a hook of its own, which prints and tells the tests nothing.
  for (const [name, root] of roots) {
    const counted = least === 'all' ? least : readers.countedFor([...unnamed, root]);
    groups[counted].push([name, root]);
  }
  const fingerprints = new Map<string, string>();
  for (const counted of ['none', 'caller', 'all'] as const) {
    for (const [name, value] of digests(graph, readers, shared, groups[counted], counted))
      fingerprints.set(name, value);
  }
  const readsLocations = new Set([...groups.caller, ...groups.all].map(([name]) => name));
  return { fingerprints, readsLocations };
}

function digests(
  graph: ObjectGraph,
  readers: LocationReaders,
  shared: readonly number[],
  roots: readonly (readonly [string, number])[],
  counted: CountedLocations,
): [string, string][] {
  if (roots.length === 0) return [];
  // Only what these roots reach, numbered anew in the order of a walk.
  const ids: number[] = [];
  const numbers = new Int32Array(graph.size).fill(-1);
  const numberOf = (id: number): number =>
    numbers[id] === -1 ? (numbers[id] = ids.push(id) - 1) : numbers[id]!;
  const sharedNumbers = shared.map(numberOf);
  const rootNumbers = roots.map(([, root]) => numberOf(root));
  const edges: number[][] = [];
  const labels: string[] = [];
  for (let number = 0; number < ids.length; number++) {
    const id = ids[number]!;
    const node = graph.node(id);
    edges.push(
      readers.targets(id, node, counted).map((target) => (target < 0 ? -1 : numberOf(target))),
    );
    // A place is in a class of its own, or writing one static would equal writing another.
    labels.push(node.hasIdentity ? `${node.digest} place ${id}` : node.digest);
  }
  const classes = equivalenceClasses({ edges, labels });
  const classDigests: string[] = [];
  const classEdges: number[][] = [];
  ids.forEach((id, number) => {
    const group = classes[number]!;
    if (classDigests[group] !== undefined) return;
    classDigests[group] = graph.node(id).digest;
    classEdges[group] = edges[number]!.map((target) => (target < 0 ? -1 : classes[target]!));
  });
  const values = canonicalDigests(
    { digests: classDigests, edges: classEdges },
    sharedNumbers.map((number) => classes[number]!),
    rootNumbers.map((number) => classes[number]!),
  );
  return roots.map(([name], index) => [name, values[index]!]);
}
