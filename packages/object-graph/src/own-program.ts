import { STARTS_PROGRAM } from './environment-readers';
import { OUTSIDE } from './object-graph';
import { PIECE } from './object-table';
import type { PieceGraph } from './piece-graph';
import { reachingNodes } from './reaching-nodes';

/** Roots whose outcome may depend on more of their own program than they reach. */
export interface OwnProgram {
  /** It can start the program that it stands in, and so every test of it. */
  readonly startsItself: (root: number) => boolean;
  /**
   * It asks the standard library for a backtrace to read, which names functions, files
   * and lines. Code of its own that unwinds does not count: runtimes have some at hand
   * in all that they run, to report what is stuck.
   */
  readonly tracesItself: (root: number) => boolean;
}

/**
 * Tells which roots look at their own program. One starts it if it starts programs,
 * and code other than the standard library's finds out where the own one lies; in
 * doubt, where the standard library is compiled in with other code, every one
 * that starts programs does.
 *
 * @param graph With all nodes read.
 */
export function ownProgram(graph: PieceGraph): OwnProgram {
  const starting: number[] = [];
  const finding: number[] = [];
  const tracing: number[] = [];
  const { first, targets, labels } = graph.references;
  const starts = namesAmong(graph, STARTS_PROGRAM);
  const finds = namesAmong(graph, FINDS_PROGRAM);
  const flags = graph.nodeFlags;
  for (let id = 0; id < graph.size; id++) {
    let isStarting = false;
    let isFinding = (flags[id]! & PIECE.findsProgram) !== 0;
    for (let edge = first[id]!; edge < first[id + 1]!; edge++) {
      const target = targets[edge]!;
      const label = labels[edge]!;
      if (target >= 0) isFinding ||= (flags[target]! & PIECE.findsProgram) !== 0;
      else if (target === OUTSIDE && label !== 0) {
        isStarting ||= starts[label] === 1;
        isFinding ||= finds[label] === 1;
      }
    }
    if (isStarting) starting.push(id);
    if ((flags[id]! & PIECE.tracesProgram) !== 0) tracing.push(id);
    // Panics look for the program's debug information, but tell the test nothing.
    if (!isFinding || graph.object(id).isStandard) continue;
    if (!ONLY_ITS_FOLDER.test(graph.symbol(id))) finding.push(id);
  }
  const start = reachingNodes(graph, starting);
  const find = graph.isStandardLibraryApart ? reachingNodes(graph, finding) : start;
  const trace = reachingNodes(graph, tracing);
  return {
    startsItself: (root) => start[root] === 1 && find[root] === 1,
    tracesItself: (root) => trace[root] === 1,
  };
}

/** Names from the C library by which a program finds out what it was started as. */
const FINDS_PROGRAM: ReadonlySet<string> = new Set([
  ...['program_invocation_name', 'program_invocation_short_name', '__progname', '__progname_full'],
  ...['__libc_argv', '_dl_argv', 'getauxval'],
]);

/** What looks for the folder of the program only, to find others in it: assert_cmd and snapbox. */
const ONLY_ITS_FOLDER = /(?:10assert_cmd5cargo|7snapbox3cmd)10target_dir/;

/** Per label, 1 if it stands for one of some names from outside. */
function namesAmong(graph: PieceGraph, names: ReadonlySet<string>): Uint8Array {
  return Uint8Array.from(graph.labels, (_, label) =>
    names.has(graph.outsideName(label) ?? '') ? 1 : 0,
  );
}
