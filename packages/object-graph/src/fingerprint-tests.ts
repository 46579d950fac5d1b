import { canonicalDigests } from './canonical-form';
import { equivalenceClasses } from './equivalence';
import { ObjectGraphError } from './errors';
import { LinkedProgram } from './linked-program';
import type { Link } from './linked-program';
import { ObjectGraph } from './object-graph';
import type { LocationUse } from './object-graph';
import { sharedRoots } from './shared-roots';
import { isLogFacade, isStandardPanicPath, readsLocation, setsPanicHook } from './symbol-name';
import { findTestDescriptors } from './test-descriptor';

/** Version of what enters a fingerprint; a new one makes every fingerprint new. */
export const GRAPH_VERSION = 1;

/** What the objects of a link tell about its tests. */
export interface TestFingerprints {
  /** Lower-case hexadecimal digest per test. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Tests that the objects tell nothing about, with the reason; they depend on the whole binary. */
  readonly unknown: ReadonlyMap<string, string>;
  /** Tests that can read the line of any panic, so that their fingerprints hold all lines. */
  readonly readsLocations: ReadonlySet<string>;
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
  return { ...fingerprintRoots(graph, roots), unknown };
}

/**
 * Fingerprints a whole program by what its `main` reaches, such as a binary
 * that integration tests start.
 *
 * @throws {ObjectGraphError} when the link cannot be followed soundly.
 */
export function fingerprintProgram(link: Link): string {
  const graph = new ObjectGraph(new LinkedProgram(link));
  const [main] = graph.nodesOf('main');
  if (main === undefined)
    throw new ObjectGraphError('UNRESOLVED_SYMBOL', 'no captured object defines main');
  return fingerprintRoots(graph, new Map([['main', main]])).fingerprints.get('main')!;
}

function fingerprintRoots(
  graph: ObjectGraph,
  roots: ReadonlyMap<string, number>,
): Omit<TestFingerprints, 'unknown'> {
  const { unnamed, harness } = sharedRoots(graph);
  const shared = [...unnamed, ...harness];
  // Reading a node makes its targets known, so this reads all that any root reaches.
  for (let id = 0; id < graph.size; id++) graph.node(id);

  const readers = locationReaders(graph);
  const fingerprints = new Map<string, string>();
  const readsLocations = new Set<string>();
  const groups: Record<Locations, [string, number][]> = { none: [], caller: [], all: [] };
  // The harness installs a hook of its own, which prints and tells the tests nothing.
  const reaches = (set: ReadonlySet<number>, root: number) =>
    set.has(root) || unnamed.some((other) => set.has(other));
  for (const [name, root] of roots) {
    const counted = reaches(readers.ofAll, root)
      ? 'all'
      : reaches(readers.ofCallers, root)
        ? 'caller'
        : 'none';
    groups[counted].push([name, root]);
    if (counted !== 'none') readsLocations.add(name);
  }
  for (const counted of ['none', 'caller', 'all'] as const) {
    for (const [name, value] of digests(graph, shared, groups[counted], counted))
      fingerprints.set(name, value);
  }
  return { fingerprints, readsLocations };
}

/** Which locations count: none, those that are handed to other code than the standard library's, or all. */
type Locations = 'none' | 'caller' | 'all';

function digests(
  graph: ObjectGraph,
  shared: readonly number[],
  roots: readonly (readonly [string, number])[],
  counted: Locations,
): [string, string][] {
  if (roots.length === 0) return [];
  const edges: (readonly number[])[] = [];
  const labels: string[] = [];
  for (let id = 0; id < graph.size; id++) {
    const { digest, hasIdentity, targets, locations } = graph.node(id);
    const isLeftOut = (use: LocationUse | undefined) =>
      (use === 'panic' && counted !== 'all') || (use === 'caller' && counted === 'none');
    edges.push(
      locations.size === 0
        ? targets
        : targets.map((target, index) => (isLeftOut(locations.get(index)) ? -1 : target)),
    );
    // A place is in a class of its own, or writing one static would equal writing another.
    const label = digest.toString('latin1');
    labels.push(hasIdentity ? `${label} place ${id}` : label);
  }
  const classes = equivalenceClasses({ edges, labels });
  const classDigests: Buffer[] = [];
  const classEdges: number[][] = [];
  for (let id = 0; id < graph.size; id++) {
    const group = classes[id]!;
    if (classDigests[group] !== undefined) continue;
    classDigests[group] = graph.node(id).digest;
    classEdges[group] = edges[id]!.map((target) => (target < 0 ? -1 : classes[target]!));
  }
  const values = canonicalDigests(
    { digests: classDigests, edges: classEdges },
    shared.map((root) => classes[root]!),
    roots.map(([, root]) => classes[root]!),
  );
  return roots.map(([name], index) => [name, values[index]!]);
}

/**
 * Nodes from which code can be reached that reads locations: of any panic (by
 * a panic hook), or of callers (by `Location`'s methods, which unoptimised code
 * calls by name and optimised code holds inlined).
 */
function locationReaders(graph: ObjectGraph): {
  ofAll: ReadonlySet<number>;
  ofCallers: ReadonlySet<number>;
} {
  const users: number[][] = Array.from({ length: graph.size }, () => []);
  const hooks: number[] = [];
  const readers: number[] = [];
  for (let id = 0; id < graph.size; id++) {
    const { targets } = graph.node(id);
    const symbol = graph.symbol(id);
    const { object } = graph.piece(id);
    if (setsPanicHook(symbol)) hooks.push(id);
    const isForeign = !object.isStandard && (object.optimized || !isStandardPanicPath(symbol));
    if (isForeign && graph.isCode(id)) {
      const calls = targets.some((target) => target >= 0 && readsLocation(graph.symbol(target)));
      if (object.optimized || (calls && !isLogFacade(symbol))) readers.push(id);
    }
    for (const target of targets) if (target >= 0) users[target]!.push(id);
  }
  return { ofAll: reachedFrom(hooks, users), ofCallers: reachedFrom(readers, users) };
}

function reachedFrom(
  starts: readonly number[],
  next: readonly (readonly number[])[],
): ReadonlySet<number> {
  const reached = new Set(starts);
  for (const id of reached) for (const other of next[id]!) reached.add(other);
  return reached;
}
