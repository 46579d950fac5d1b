import type { Node, ObjectGraph } from './object-graph';
import {
  isDropGlue,
  isLogFacade,
  isPanicWrapper,
  isStandardPanicPath,
  readsLocation,
  returnsLocation,
  setsPanicHook,
} from './symbol-name';

/**
 * Which panic locations count for a test. `none`: it reaches no code that could
 * tell one line from another. `caller`: it may read locations that code hands
 * to other than the standard library's panic paths, as `#[track_caller]`
 * functions get them. `all`: a panic hook may read the location of any panic.
 */
export type CountedLocations = 'none' | 'caller' | 'all';

/** Tells which locations count for what a node reaches. */
export class LocationReaders {
  readonly #graph: ObjectGraph;
  readonly #panicOnly = new Map<number, boolean>();
  readonly #reachHooks: ReadonlySet<number>;
  readonly #reachReaders: ReadonlySet<number>;
  readonly #isStandardLibraryApart: boolean;

  /** @param graph With all nodes read. */
  constructor(graph: ObjectGraph) {
    this.#graph = graph;
    const users: number[][] = Array.from({ length: graph.size }, () => []);
    const hooks: number[] = [];
    const readers: number[] = [];
    const areReading = Array.from(
      { length: graph.size },
      (_, id) => graph.isCode(id) && readsLocation(graph.symbol(id)),
    );
    for (let id = 0; id < graph.size; id++) {
      if (isReader(graph, id, areReading)) readers.push(id);
      if (graph.isCode(id) && setsPanicHook(graph.symbol(id))) hooks.push(id);
      for (const target of graph.node(id).targets) if (target >= 0) users[target]!.push(id);
    }
    this.#reachHooks = reachedFrom(hooks, users);
    this.#reachReaders = reachedFrom(readers, users);
    // Optimised across crates (LTO), or built with the crate, the standard library's functions lose their names.
    this.#isStandardLibraryApart = graph.program
      .namesMatching(/lang_start_internal/)
      .some((name) => graph.program.resolve(name).every(({ object }) => object.isStandard));
  }

  /** Which locations count for a test that consists of these roots. */
  countedFor(roots: readonly number[]): CountedLocations {
    if (!this.#isStandardLibraryApart || roots.some((root) => this.#reachHooks.has(root)))
      return 'all';
    return roots.some((root) => this.#reachReaders.has(root)) ? 'caller' : 'none';
  }

  /** The targets of a node that are left, -1 standing for those that do not count. */
  targets(id: number, node: Node, counted: CountedLocations): readonly number[] {
    if (node.locations.size === 0 || counted === 'all') return node.targets;
    const isWithinPanic =
      this.#graph.piece(id).object.isStandard || isPanicWrapper(this.#graph.symbol(id));
    return node.targets.map((target, index) => {
      const functions = node.locations.get(index);
      if (functions === undefined) return target;
      const isForPanics =
        isWithinPanic ||
        (functions.length > 0 && functions.every((called) => this.#isPanicOnly(called)));
      return counted === 'none' || isForPanics ? -1 : target;
    });
  }

  /**
   * Whether a function that is handed a location can only tell it to a panic
   * hook: one of the standard library that was compiled with it, or a generic
   * one whose instance, compiled without optimisation, calls only such. Another
   * instance could hand it on, as `?` does to a `#[track_caller]` `From::from`.
   */
  #isPanicOnly(start: number): boolean {
    if (start < 0) return false;
    const known = this.#panicOnly.get(start);
    if (known !== undefined) return known;
    const reached = new Set([start]);
    let result = true;
    for (const id of reached) {
      if (this.#panicOnly.get(id) === true) continue;
      const symbol = this.#graph.symbol(id);
      const { object } = this.#graph.piece(id);
      result =
        !returnsLocation(symbol) &&
        (object.isStandard ||
          (!object.optimized && isStandardPanicPath(symbol)) ||
          isPanicWrapper(symbol));
      if (!result) break;
      if (object.isStandard || isPanicWrapper(symbol)) continue;
      for (const target of this.#graph.node(id).targets) {
        if (target >= 0 && this.#graph.isCode(target) && !isDropGlue(this.#graph.symbol(target)))
          reached.add(target);
      }
    }
    if (result) for (const id of reached) this.#panicOnly.set(id, true);
    else this.#panicOnly.set(start, false);
    return result;
  }
}

/**
 * Whether a node may read locations: unoptimised code calls `Location`'s
 * methods by name, or has them called through a vtable; optimised code may hold
 * them inlined.
 */
function isReader(graph: ObjectGraph, id: number, areReading: readonly boolean[]): boolean {
  const { object } = graph.piece(id);
  if (object.isStandard) return false;
  if (object.optimized && graph.isCode(id)) return true;
  return (
    graph.node(id).targets.some((target) => target >= 0 && areReading[target]) &&
    !isLogFacade(graph.symbol(id))
  );
}

function reachedFrom(
  starts: readonly number[],
  next: readonly (readonly number[])[],
): ReadonlySet<number> {
  const reached = new Set(starts);
  for (const id of reached) for (const other of next[id]!) reached.add(other);
  return reached;
}
