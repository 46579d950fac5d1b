import { createHash } from 'node:crypto';
import { environmentReaders } from './environment-readers';
import { ObjectGraphError } from './errors';
import type { Executable } from './executable';
import { LinkedProgram } from './linked-program';
import type { Link } from './linked-program';
import { LocationReaders } from './location-readers';
import type { CountedLocations } from './location-readers';
import { ObjectGraph } from './object-graph';
import { ownProgram } from './own-program';
import { sharedRoots } from './shared-roots';
import type { SharedRoots } from './shared-roots';
import { findSharedState } from './shared-state';
import type { SharedStatic } from './shared-state';
import type { PieceGraph } from './piece-graph';
import { ReachedClasses } from './reached-classes';
import type { KnownClasses } from './reached-classes';
import { findTestDescriptors } from './test-roots';
import { wordedGraph } from './worded-graph';

/** Version of what enters a fingerprint; a new one makes every fingerprint new. */
export const GRAPH_VERSION = 6;

/** What the objects of a link tell about its tests. */
export interface TestFingerprints {
  /** Lower-case hexadecimal digest per test. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Tests that the objects tell nothing about, with the reason; they depend on the whole binary. */
  readonly unknown: ReadonlyMap<string, string>;
  /** Tests that can read the line of any panic, so that their fingerprints hold all lines. */
  readonly readsLocations: ReadonlySet<string>;
  /** Tests that can read any variable of the environment, themselves or by a program that they start. */
  readonly readsEnvironment: ReadonlySet<string>;
  /**
   * Writable statics and thread-locals of the workspace that two or more tests
   * reach, sorted by name. What the tests in `unknown` reach is not known.
   */
  readonly sharedState: readonly SharedStatic[];
}

/** Fingerprints, and what they were taken of. */
export interface FollowedTests {
  readonly graph: ObjectGraph;
  readonly roots: ReadonlyMap<string, number>;
  readonly shared: SharedRoots;
  readonly classes: FingerprintedRoots['classes'];
  readonly taken: TestFingerprints;
}

/** Fingerprints, and per way of counting locations the classes that they are of. */
export interface FingerprintedRoots extends Pick<
  TestFingerprints,
  'fingerprints' | 'readsLocations'
> {
  readonly classes: Readonly<Partial<Record<CountedLocations, ReachedClasses>>>;
  /** Tests that can read a backtrace of their own: what they reach does not tell all of that. */
  readonly tracing: ReadonlySet<string>;
}

/** Why a test in `tracing` depends on the whole binary. */
export const TRACING_REASON = 'it can read the names in a backtrace of its own';

/**
 * Fingerprints tests by all code and data that each can reach. Equal
 * fingerprints mean equal code, constants and statics, wherever the compiler
 * put them and whatever it called them.
 *
 * @param tests Names as the binary lists them.
 * @throws {ObjectGraphError} when the link cannot be followed soundly.
 */
export function fingerprintTests(link: Link, tests: readonly string[]): TestFingerprints {
  return followTests(link, tests).taken;
}

/** The same, with what it was found by. @throws {ObjectGraphError} */
export function followTests(link: Link, tests: readonly string[]): FollowedTests {
  const graph = new ObjectGraph(new LinkedProgram(link));
  const { roots, unknown } = testRoots(graph, tests);
  const shared = sharedRoots(graph);
  graph.readAll();
  const { classes, ...taken } = fingerprintRoots(graph, roots, shared);
  return {
    graph,
    roots,
    shared,
    classes,
    taken: { ...withoutTracing(taken, unknown), ...whatTestsUse(graph, roots, shared) },
  };
}

/** Takes the tests that can read a backtrace out of those that are known. */
export function withoutTracing(
  { fingerprints, readsLocations, tracing }: Omit<FingerprintedRoots, 'classes'>,
  unknown: ReadonlyMap<string, string>,
): Pick<TestFingerprints, 'fingerprints' | 'readsLocations' | 'unknown'> {
  const isKnown = (test: string): boolean => !tracing.has(test);
  return {
    fingerprints: new Map([...fingerprints].filter(([test]) => isKnown(test))),
    readsLocations: new Set([...readsLocations].filter(isKnown)),
    unknown: new Map([...unknown, ...[...tracing].map((test) => [test, TRACING_REASON] as const)]),
  };
}

/** What tests share, and which of them read their environment. @param graph With all nodes read. */
export function whatTestsUse(
  graph: PieceGraph,
  roots: ReadonlyMap<string, number>,
  shared: SharedRoots,
): Pick<TestFingerprints, 'readsEnvironment' | 'sharedState'> {
  return {
    readsEnvironment: environmentReaders(graph, roots, shared.unnamed),
    sharedState: findSharedState(graph, roots),
  };
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
  const program = new LinkedProgram(link);
  const graph = new ObjectGraph(program);
  const [main] = graph.nodesOf(program.resolveText('main'));
  if (main === undefined)
    throw new ObjectGraphError('UNRESOLVED_SYMBOL', 'no captured object defines main');
  const least = isOutputRead ? 'all' : 'none';
  const roots = new Map([['main', main]]);
  const shared = sharedRoots(graph);
  graph.readAll();
  return fingerprintRoots(graph, roots, shared, { least }).fingerprints.get('main')!;
}

/** The nodes that tests start at. */
export function testRoots(
  graph: ObjectGraph,
  tests: readonly string[],
): { roots: Map<string, number>; unknown: Map<string, string> } {
  const descriptors = findTestDescriptors(graph.program, new Set(tests));
  const unknown = new Map<string, string>();
  const roots = new Map<string, number>();
  for (const test of tests) {
    const descriptor = descriptors.get(test);
    if (descriptor === undefined) {
      unknown.set(test, 'no test descriptor of a known layout');
      continue;
    }
    const root = graph.nodeOf(descriptor.object, descriptor.piece);
    graph.setDigest(root, descriptor.digest);
    roots.set(test, root);
  }
  return { roots, unknown };
}

/**
 * Fingerprints what each root reaches, together with what all share.
 *
 * @param graph With all nodes read.
 * @param sharedByAll See `sharedRoots`.
 * @param options.least The locations that count at least. Default: none.
 * @param options.known Per way of counting locations, what is known of classes. Default: nothing.
 */
export function fingerprintRoots(
  graph: PieceGraph,
  roots: ReadonlyMap<string, number>,
  sharedByAll: SharedRoots,
  options: {
    readonly least?: 'none' | 'all';
    readonly known?: (counted: CountedLocations) => KnownClasses | undefined;
  } = {},
): FingerprintedRoots {
  const { unnamed, harness, order } = sharedByAll;
  const shared = [...unnamed, ...harness];
  const readers = new LocationReaders(graph);
  const own = ownProgram(graph);
  const allRoots = [...roots].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, root]) => root);
  // A test that starts its own program may run each test of it.
  const started = (root: number): readonly number[] =>
    allRoots.length > 1 && own.startsItself(root) ? allRoots : [];
  const groups: Record<CountedLocations, [string, number][]> = { none: [], caller: [], all: [] };
  // The harness installs a hook of its own, which prints and tells the tests nothing.
  for (const [name, root] of roots) {
    const counted =
      options.least === 'all' ? 'all' : readers.countedFor([...unnamed, root, ...started(root)]);
    groups[counted].push([name, root]);
  }
  const fingerprints = new Map<string, string>();
  const allClasses: Partial<Record<CountedLocations, ReachedClasses>> = {};
  const worded = wordedGraph(graph);
  for (const counted of ['none', 'caller', 'all'] as const) {
    const group = groups[counted];
    if (group.length === 0) continue;
    const starts = [...shared, ...group.flatMap(([, root]) => [root, ...started(root)])];
    const targets = readers.targets(counted);
    const classes = new ReachedClasses({ ...worded, targets }, starts, options.known?.(counted));
    allClasses[counted] = classes;
    for (const [name, root] of group) {
      const digest = classes.digest([...shared, root, ...started(root)]);
      fingerprints.set(name, withNames(digest, graph.executable, order));
    }
  }
  const readsLocations = new Set([...groups.caller, ...groups.all].map(([name]) => name));
  const tracing = new Set(
    [...roots].flatMap(([name, root]) => (own.tracesItself(root) ? [name] : [])),
  );
  return { fingerprints, readsLocations, classes: allClasses, tracing };
}

/**
 * Which libraries are loaded matters to every test: their constructors run in its
 * process. So does by which names it may find its own functions at run time; names with
 * a hash of the compiler's in them nobody asks for. The order of constructors follows from
 * `order`, too.
 */
function withNames(
  digest: string,
  { foreignLibraries, exports }: Executable,
  order: string | undefined,
): string {
  const names = exports.filter((name) => !/^_(?:ZN|R)/.test(name));
  if (foreignLibraries.length + names.length === 0 && order === undefined) return digest;
  return createHash('sha256')
    .update(JSON.stringify([digest, foreignLibraries, names, order]))
    .digest('hex');
}
