import type { LinkGraph } from '../link-graph';

/** A node by its symbol: what it refers to, and what is not usual about it. */
export interface SmallNode {
  /** Symbols of nodes; any other name lies outside. */
  readonly to?: readonly string[];
  /** Default: the symbol, so that nodes differ and stay the same in other graphs. */
  readonly digest?: string;
  /** Default: a function. */
  readonly kind?: 'function' | 'static' | 'constant';
  /** Default: 8. */
  readonly bytes?: number;
  /** Default: `.text` for functions, `.data` for statics, `.data.rel.ro` for constants. */
  readonly section?: string;
  /** What the object calls it. Default: the key, up to a `#` that tells instances apart. */
  readonly symbol?: string;
}

/**
 * A graph of a few nodes.
 *
 * @param tests Per test, the symbol that it starts at and its fingerprint.
 */
export function smallGraph(
  nodes: Readonly<Record<string, SmallNode>>,
  tests: Readonly<Record<string, readonly [root: string, fingerprint: string]>> = {},
  shared: readonly string[] = [],
): LinkGraph {
  const names = Object.keys(nodes);
  const ids = new Map(names.map((name, id) => [name, id]));
  const node = (id: number): SmallNode => nodes[names[id]!]!;
  const kind = (id: number): string => node(id).kind ?? 'function';
  return {
    size: names.length,
    targets: (id) => (node(id).to ?? []).map((name) => ids.get(name) ?? -1),
    outsideNames: (id) => (node(id).to ?? []).filter((name) => !ids.has(name)),
    symbol: (id) => node(id).symbol ?? names[id]!.split('#')[0]!,
    isCode: (id) => kind(id) === 'function',
    isWritable: (id) => kind(id) === 'static',
    digest: (id) => node(id).digest ?? names[id]!,
    object: () => 'sample.o',
    section: (id) =>
      node(id).section ??
      { function: '.text', static: '.data', constant: '.data.rel.ro' }[kind(id)]!,
    bytes: (id) => node(id).bytes ?? 8,
    tests: new Map(Object.entries(tests).map(([test, [root]]) => [test, ids.get(root)!])),
    fingerprints: new Map(Object.entries(tests).map(([test, [, value]]) => [test, value])),
    sharedRoots: shared.map((name) => ids.get(name)!),
  };
}
