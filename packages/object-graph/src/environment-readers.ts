import { OUTSIDE } from './object-graph';
import { PIECE } from './object-table';
import { targetsOf } from './piece-graph';
import type { PieceGraph } from './piece-graph';
import { symbolPath } from './symbol-name';

/**
 * Tells which roots can read a variable of the environment whose name the
 * standard library does not fix: they reach code that refers to `getenv`,
 * `environ` or what hands the environment on to another program, to a library
 * which might do so, or to a text like `/proc/self/environ`. The kernel gives a
 * process its environment in no other way, so system calls do not count. In
 * doubt a root reads: where the standard library is compiled in with other code
 * (LTO), its functions are like all others. Linear in pieces and references.
 *
 * @param graph With all nodes read.
 * @param roots Per test, the node that it starts at. What the test harness reads is not the test's.
 * @param shared What every test runs besides: constructors, and functions that libraries call back.
 */
export function environmentReaders(
  graph: PieceGraph,
  roots: ReadonlyMap<string, number>,
  shared: readonly number[],
): ReadonlySet<string> {
  const reads = readingNodes(graph);
  // What is run as a constructor is handed the environment.
  const doAll = shared.some(
    (id) => reads[id] === 1 || (!graph.isCode(id) && !graph.object(id).isStandard),
  );
  return new Set([...roots].filter(([, root]) => doAll || reads[root] === 1).map(([test]) => test));
}

/** Functions of C libraries that run another program. */
export const STARTS_PROGRAM: ReadonlySet<string> = new Set([
  ...['execl', 'execle', 'execlp', 'execv', 'execve', 'execveat', 'execvp', 'execvpe', 'fexecve'],
  ...['posix_spawn', 'posix_spawnp', 'pidfd_spawn', 'pidfd_spawnp'],
  ...['system', 'popen'],
]);

/** Functions and variables of C libraries by which a program gets at its environment or hands it on. */
const GIVES_ENVIRONMENT = new Set([
  ...['getenv', 'secure_getenv', '__secure_getenv', '__libc_secure_getenv'],
  ...[
    'environ',
    '_environ',
    '__environ',
    '___environ',
    '__libc_argv',
    '_dl_argv',
    '__libc_stack_end',
  ],
  ...['putenv', 'setenv', 'unsetenv', 'clearenv'],
  ...STARTS_PROGRAM,
  'wordexp',
]);

/** Finds any of these by name; the standard library asks for fixed other ones. */
const FINDS_BY_NAME = new Set([
  ...['dlopen', 'dlmopen', 'dlsym', 'dlvsym', '__libc_dlopen_mode', '__libc_dlsym'],
]);

/** All names by which a program gets at its environment. */
export const ENVIRONMENT_NAMES: readonly string[] = [...GIVES_ENVIRONMENT, ...FINDS_BY_NAME];

function readingNodes(graph: PieceGraph): Uint8Array {
  const reads = new Uint8Array(graph.size);
  const pending: number[] = [];
  const add = (id: number): void => {
    if (reads[id] === 1) return;
    reads[id] = 1;
    pending.push(id);
  };
  for (const id of sources(graph)) add(id);
  if (pending.length === 0) return reads;
  const { first, sources: users } = graph.incoming;
  for (let target = pending.pop(); target !== undefined; target = pending.pop()) {
    const isGetter = graph.isCode(target) && GETTERS.test(symbolPath(graph.symbol(target)));
    for (let at = first[target]!; at < first[target + 1]!; at++) {
      const user = users[at]!;
      if (!(isGetter && asksForFixedName(graph, user))) add(user);
    }
  }
  return reads;
}

/** Nodes that give the environment away by themselves. */
function* sources(graph: PieceGraph): Iterable<number> {
  const { first, targets, labels } = graph.references;
  const { nodeFlags } = graph;
  const foreign = new Set(graph.executable.foreignImports);
  // Per label, whether it names what gives the environment: to all code, or to all but the standard library's.
  const gives = Uint8Array.from(graph.labels, (_, label) => {
    const name = graph.outsideName(label);
    if (name === undefined) return NOTHING;
    if (GIVES_ENVIRONMENT.has(name) || foreign.has(name)) return TO_ALL;
    return FINDS_BY_NAME.has(name) ? TO_OTHERS : NOTHING;
  });
  const { size } = graph;
  for (let id = 0, edge = 0; id < size; id++) {
    const flags = nodeFlags[id]!;
    let most = NOTHING;
    for (const end = first[id + 1]!; edge < end; edge++) {
      const given = gives[labels[edge]!]!;
      if (given !== NOTHING && targets[edge] === OUTSIDE) most |= given;
    }
    if (most === NOTHING && (flags & ANY_TEXT) === 0) continue;
    const { isStandard, optimized } = graph.object(id);
    if ((most & TO_ALL) !== 0 || ((most & TO_OTHERS) !== 0 && !isStandard)) {
      const isCode = (flags & PIECE.code) !== 0;
      if (!(isStandard && isCode && FIXED_NAMES.has(symbolPath(graph.symbol(id))))) yield id;
      continue;
    }
    const bits = optimized
      ? PIECE.namesEnvironment | PIECE.mayNameEnvironment
      : PIECE.namesEnvironment;
    const isText = optimized || (flags & PIECE.code) === 0;
    if (!isStandard && isText && (flags & bits) !== 0) yield id;
  }
  // A crate may define them itself.
  for (const name of ENVIRONMENT_NAMES) {
    for (const id of graph.nodesNamed(name))
      if (GIVES_ENVIRONMENT.has(name) || !graph.object(id).isStandard) yield id;
  }
}

const NOTHING = 0;
const TO_ALL = 1;
const TO_OTHERS = 2;
const ANY_TEXT = PIECE.namesEnvironment | PIECE.mayNameEnvironment;

/** Functions of the standard library that ask only for variables whose names they know: `TMPDIR`, `HOME`, `RUST_BACKTRACE`, … */
const FIXED_NAMES = new Set([
  'std::env::home_dir',
  'std::env::temp_dir',
  'std::backtrace::Backtrace::capture',
  'std::backtrace::Backtrace::enabled',
  'std::panic::get_backtrace_style',
  'std::thread::min_stack',
  'std::sys_common::thread::min_stack',
]);

/** Functions of the standard library that ask for the variable whose name they are given. */
const GETTERS =
  /^std::(?:env::_?var(?:_os)?(?:::|$)|sys::.*::getenv(?:::|$)|sys::.*::run_with_cstr_allocating::)/;

function asksForFixedName(graph: PieceGraph, id: number): boolean {
  if (!graph.isCode(id)) return false;
  const { isStandard, optimized } = graph.object(id);
  const path = symbolPath(graph.symbol(id));
  if (isStandard) return FIXED_NAMES.has(path);
  // `spawn` is generic, so that it's compiled with the crate that calls it.
  return (
    !optimized &&
    THREAD_START.test(path) &&
    targetsOf(graph, id).some(
      (target) => target >= 0 && (graph.flags(target) & PIECE.minimumStack) !== 0,
    )
  );
}

const THREAD_START =
  /^std::thread::(?:lifecycle::spawn_unchecked|[Bb]uilder::(?:.*::)?spawn_unchecked_)::/;
