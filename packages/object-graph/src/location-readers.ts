import { Int32List } from './growing-array';
import { OUTSIDE } from './object-graph';
import { PIECE } from './object-table';
import type { PieceGraph } from './piece-graph';
import { reachingNodes } from './reaching-nodes';
import { returnsLocation } from './symbol-name';

/**
 * Which panic locations count for a test. `none`: it reaches no code that could
 * tell one line from another. `caller`: it may read locations that code hands
 * to other than the standard library's panic paths, as `#[track_caller]`
 * functions get them. `all`: a panic hook may read the location of any panic.
 */
export type CountedLocations = 'none' | 'caller' | 'all';

/** Tells which locations count for what a node reaches. */
export class LocationReaders {
  readonly #graph: PieceGraph;
  /** Per node, whether it reaches code that sets a panic hook, and code that may read a location. */
  readonly #reachHooks: Uint8Array;
  readonly #reachReaders: Uint8Array;
  readonly #isStandardLibraryApart: boolean;
  /** References of code to locations, and the nodes that they stand in. */
  readonly #locationEdges = new Int32List(1 << 10);
  readonly #locationNodes = new Int32List(1 << 10);
  /** Of functions that locations are handed to, whether they are for panics only: few are asked about often. */
  readonly #panicOnly = new Map<number, boolean>();

  /** @param graph With all nodes read. */
  constructor(graph: PieceGraph) {
    this.#graph = graph;
    this.#isStandardLibraryApart = graph.isStandardLibraryApart;
    const { first, targets } = graph.references;
    const flags = graph.nodeFlags;
    const hooks: number[] = [];
    const readers: number[] = [];
    for (let id = 0; id < graph.size; id++) {
      const own = flags[id]!;
      const isCode = (own & PIECE.code) !== 0;
      let callsReader = false;
      for (let edge = first[id]!; edge < first[id + 1]!; edge++) {
        const target = targets[edge]!;
        if (target < 0) continue;
        const leadsTo = flags[target]! & (PIECE.readsLocation | PIECE.location);
        if (leadsTo === 0) continue;
        if ((leadsTo & PIECE.readsLocation) !== 0) callsReader = true;
        if (!isCode || (leadsTo & PIECE.location) === 0) continue;
        this.#locationEdges.push(edge);
        this.#locationNodes.push(id);
      }
      if ((own & PIECE.setsHook) !== 0) hooks.push(id);
      if ((isCode || callsReader) && isReader(graph, id, own, callsReader)) readers.push(id);
    }
    this.#reachHooks = reachingNodes(graph, hooks);
    this.#reachReaders = reachingNodes(graph, readers);
  }

  /** Which locations count for a test that consists of these roots. */
  countedFor(roots: readonly number[]): CountedLocations {
    if (!this.#isStandardLibraryApart || roots.some((root) => this.#reachHooks[root] === 1))
      return 'all';
    return roots.some((root) => this.#reachReaders[root] === 1) ? 'caller' : 'none';
  }

  /** What references lead to, {@link OUTSIDE} standing for locations that do not count. */
  targets(counted: CountedLocations): Int32Array {
    const { targets } = this.#graph.references;
    if (counted === 'all') return targets;
    const left = targets.slice();
    const edges = this.#locationEdges.items;
    const count = this.#locationEdges.length;
    for (let index = 0; index < count; index++) left[edges[index]!] = OUTSIDE;
    for (const edge of this.#counting(counted)) left[edge] = targets[edge]!;
    return left;
  }

  /**
   * References to locations that are not for panics only. Where nothing reads
   * locations, those that code does something else with than hand them to a
   * function: what looks like a location may be a constant of another type.
   */
  *#counting(counted: 'none' | 'caller'): Iterable<number> {
    const graph = this.#graph;
    const { triples } = graph.handoffs;
    const { targets } = graph.references;
    // Both are ascending.
    let at = 0;
    for (let index = 0; index < this.#locationEdges.length; index++) {
      const edge = this.#locationEdges.at(index);
      while (triples[at]! < edge) at += 3;
      const isHanded = triples[at] === edge;
      const first = isHanded ? triples[at + 1]! : 0;
      const end = isHanded ? triples[at + 2]! : 0;
      let isForPanics = end > first;
      for (let called = first; counted !== 'none' && called < end && isForPanics; called++)
        isForPanics = this.#isPanicOnly(targets[called]!);
      if (!isForPanics && !this.#isPanicCode(this.#locationNodes.at(index))) yield edge;
    }
  }

  /** Whether all locations that code refers to are for panics. */
  #isPanicCode(id: number): boolean {
    return this.#graph.object(id).isStandard || (this.#graph.flags(id) & PIECE.panicWrapper) !== 0;
  }

  /**
   * Whether a function that is handed a location can only tell it to a panic
   * hook: one of the standard library that was compiled with it. An instance of
   * a generic one may give the location back, as `black_box` does, keep it, as
   * `Cell::new` does, or hand it on, as `?` does to a `#[track_caller]` `From::from`.
   */
  #isPanicOnly(id: number): boolean {
    if (id < 0) return false;
    let known = this.#panicOnly.get(id);
    if (known === undefined) {
      const flags = this.#graph.flags(id);
      known =
        (flags & PIECE.panicWrapper) !== 0 ||
        (this.#graph.object(id).isStandard &&
          (flags & PIECE.readsLocation) === 0 &&
          !returnsLocation(this.#graph.symbol(id)));
      this.#panicOnly.set(id, known);
    }
    return known;
  }
}

/**
 * Whether a node may read locations: unoptimised code calls `Location`'s
 * methods by name, or has them called through a vtable; optimised code may hold
 * them inlined.
 */
function isReader(graph: PieceGraph, id: number, flags: number, callsReader: boolean): boolean {
  const { isStandard, optimized } = graph.object(id);
  if (isStandard) return false;
  if (optimized && (flags & PIECE.code) !== 0) return true;
  return callsReader && (flags & PIECE.logFacade) === 0;
}
