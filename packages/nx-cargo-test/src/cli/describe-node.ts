import { basename } from 'node:path';
import { nodeKind, nodePath, type LinkGraph } from '@nx-cargo-test/object-graph';

/** The path of a node, or what it is, in brackets, where it has none. */
export function nodeName(graph: LinkGraph, id: number): string {
  return nodePath(graph, id) || `[${nodeKind(graph, id)}]`;
}

/** Where a node lies, for people: `.text, glommio-1a2b.rcgu.o`. */
export function placeOf(graph: LinkGraph, id: number): string {
  return `${shortSection(graph.section(id))}, ${shortObject(graph.object(id))}`;
}

/** A node in the shape that `--json` prints. */
export function nodeAsJson(graph: LinkGraph, id: number): Record<string, unknown> {
  return {
    id,
    kind: nodeKind(graph, id),
    path: nodePath(graph, id),
    symbol: graph.symbol(id),
    section: graph.section(id),
    object: graph.object(id),
    bytes: graph.bytes(id),
  };
}

/** A section's name without that of the only thing in it: `.text._ZN…` is `.text`. */
function shortSection(section: string): string {
  return (
    /^\.(?:text|rodata|data\.rel\.ro|data|bss|tdata|tbss|gcc_except_table)(?=\.)/.exec(
      section,
    )?.[0] ?? section
  );
}

/** An object's name without folders: `libcore-1a2b.rlib(core.rcgu.o)`. */
function shortObject(object: string): string {
  const [, archive, member] = /^(.*)(\(.*\))$/s.exec(object) ?? [];
  return archive === undefined ? basename(object) : `${basename(archive)}${member ?? ''}`;
}
