import { createHash } from 'node:crypto';

/** A directed graph with ordered edges; `edges[n]` may hold -1 for a reference that leads out. */
export interface OrderedGraph {
  readonly edges: readonly (readonly number[])[];
  /** All that tells a node from others apart from where its edges lead. */
  readonly labels: readonly string[];
}

/**
 * Sorts nodes into classes that behave alike: equal labels, and edges that lead,
 * one by one, to nodes of equal classes (bisimulation). Names play no part, so
 * a function that the compiler emitted twice is one class. Returns the class of
 * each node.
 *
 * Components of mutually reachable nodes are taken in an order in which all
 * that they lead to is known. Within one, classes are refined by Moore's
 * method until their number stays the same.
 */
export function equivalenceClasses(graph: OrderedGraph): Int32Array {
  const classes = new Int32Array(graph.labels.length).fill(-1);
  const known = new Map<string, number>();
  const intern = (key: string): number => {
    let id = known.get(key);
    if (id === undefined) {
      id = known.size;
      known.set(key, id);
    }
    return id;
  };
  const keyOf = (node: number): string => {
    let key = graph.labels[node]!;
    for (const target of graph.edges[node]!) key += target < 0 ? ' -' : ` ${classes[target]}`;
    return key;
  };

  for (const component of stronglyConnectedComponents(graph.edges)) {
    const [first] = component;
    if (component.length === 1 && !graph.edges[first!]!.includes(first!)) {
      classes[first!] = intern(keyOf(first!));
      continue;
    }
    const colours = refine(graph, component, classes);
    const set = createHash('sha256')
      .update([...new Set(colours.values())].sort().join())
      .digest('base64');
    for (const [node, colour] of colours) classes[node] = intern(`cycle ${set} ${colour}`);
    // A copy that leads into the cycle without being on it is the same function too.
    for (const node of component) {
      const key = keyOf(node);
      if (!known.has(key)) known.set(key, classes[node]!);
    }
  }
  return classes;
}

/**
 * Colours of a component's nodes. A colour is a digest over the node's
 * unfolding to the depth reached, so equal sets of colours in two components
 * mean equal components.
 */
function refine(
  graph: OrderedGraph,
  component: readonly number[],
  classes: Int32Array,
): Map<number, string> {
  let colours = new Map<number, string>(component.map((node) => [node, '']));
  for (let distinct = 0; ;) {
    const next = new Map<number, string>();
    for (const node of component) {
      let key = `${colours.get(node)!}|${graph.labels[node]}`;
      for (const target of graph.edges[node]!) {
        const colour = target < 0 ? '-' : colours.get(target);
        key += colour === undefined ? ` c${classes[target]}` : ` ${colour}`;
      }
      next.set(node, createHash('sha256').update(key).digest('base64').slice(0, 24));
    }
    colours = next;
    const count = new Set(colours.values()).size;
    if (count === distinct) return colours;
    distinct = count;
  }
}

/** Tarjan's algorithm without recursion: each component comes after all that it leads to. */
export function stronglyConnectedComponents(edges: readonly (readonly number[])[]): number[][] {
  const count = edges.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const isOpen = new Uint8Array(count);
  const position = new Int32Array(count);
  const open: number[] = [];
  const components: number[][] = [];
  let time = 0;

  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path.at(-1)!;
      if (order[node] === -1) {
        order[node] = low[node] = time++;
        isOpen[node] = 1;
        open.push(node);
      }
      const next = edges[node]![position[node]!];
      if (next !== undefined) {
        position[node]!++;
        if (next < 0) continue;
        if (order[next] === -1) path.push(next);
        else if (isOpen[next]) low[node] = Math.min(low[node]!, order[next]!);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      if (low[node] !== order[node]) continue;
      const component: number[] = [];
      for (let member = -1; member !== node;) {
        member = open.pop()!;
        isOpen[member] = 0;
        component.push(member);
      }
      components.push(component);
    }
  }
  return components;
}
