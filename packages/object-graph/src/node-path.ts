import { demangleV0 } from './demangle-v0';
import type { LinkGraph } from './link-graph';
import { staticPath } from './static-path';
import { symbolPath } from './symbol-name';

/** What a node is to its author. */
export type NodeKind = 'function' | 'static' | 'constant';

/**
 * The path of a function or static as its author would write it, without the
 * hashes of its symbol: `glommio::task::arena::Arena<T>::insert`. Instances of
 * one generic may share a path. Empty for what only the compiler named, such as
 * a string or a vtable.
 */
export function nodePath(graph: LinkGraph, id: number): string {
  const symbol = graph.symbol(id);
  if (symbol === '' || GIVEN_BY_COMPILER.test(symbol)) return '';
  // A legacy name writes a path within a type's name with dots.
  if (graph.isCode(id)) return demangleV0(symbol) ?? symbolPath(symbol).replaceAll('..', '::');
  return staticPath(symbol, THREAD_LOCAL_SECTION.test(graph.section(id))) ?? '';
}

/** Functions are code; statics are other pieces with a path, or what running code may write. */
export function nodeKind(graph: LinkGraph, id: number): NodeKind {
  if (graph.isCode(id)) return 'function';
  return graph.isWritable(id) || nodePath(graph, id) !== '' ? 'static' : 'constant';
}

/** Names of constants that rustc and LLVM make up; none of them is a mangled path. */
const GIVEN_BY_COMPILER =
  /^(?:alloc_[0-9a-f]{8}|anon\.|\.L|vtable\.|str\.\d|switch\.table|__unnamed_|GCC_except_table\d)/;

const THREAD_LOCAL_SECTION = /^\.t(?:data|bss)\b/;
