/** Sets of mutually reachable nodes, each after all that it leads to. */
export interface Components {
  readonly count: number;
  /** Per component, where its nodes begin in `nodes`; one more at the end. */
  readonly first: Int32Array;
  readonly nodes: Int32Array;
  /** Per node, its component; -1 for one that was not walked. */
  readonly of: Int32Array;
}

/** Which part of a graph is walked. */
export interface WalkedPart {
  /** Where walks begin. */
  readonly starts: Iterable<number>;
  /** Per node, a number; walks end before those of which it is not negative. */
  readonly known: Int32Array;
}

/**
 * Tarjan's algorithm without recursion.
 *
 * @param first Per node, where its references begin in `targets`; one more at the end.
 * @param targets Nodes; negative for what lies outside.
 * @param part Default: all nodes.
 */
export function strongComponents(
  size: number,
  first: Int32Array,
  targets: Int32Array,
  part: WalkedPart = wholeGraph(size),
): Components {
  const { known } = part;
  const order = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const position = new Int32Array(size);
  const open = new Int32Array(size);
  const path = new Int32Array(size);
  const componentOf = new Int32Array(size).fill(-1);
  const firstNodes = new Int32Array(size + 1);
  const nodes = new Int32Array(size);
  let openCount = 0;
  let nodeCount = 0;
  let count = 0;
  let time = 0;
  for (const root of part.starts) {
    if (order[root] !== -1 || known[root]! >= 0) continue;
    let depth = 0;
    path[0] = root;
    while (depth >= 0) {
      const node = path[depth]!;
      if (order[node] === -1) {
        order[node] = low[node] = time++;
        position[node] = first[node]!;
        open[openCount++] = node;
      }
      if (position[node]! < first[node + 1]!) {
        const next = targets[position[node]!++]!;
        if (next < 0 || known[next]! >= 0) continue;
        if (order[next] === -1) path[++depth] = next;
        else if (componentOf[next] === -1 && order[next]! < low[node]!) low[node] = order[next]!;
        continue;
      }
      depth--;
      if (depth >= 0 && low[node]! < low[path[depth]!]!) low[path[depth]!] = low[node]!;
      if (low[node] !== order[node]) continue;
      for (let member = -1; member !== node;) {
        member = open[--openCount]!;
        componentOf[member] = count;
        nodes[nodeCount++] = member;
      }
      firstNodes[++count] = nodeCount;
    }
  }
  return { count, first: firstNodes.slice(0, count + 1), nodes, of: componentOf };
}

function wholeGraph(size: number): WalkedPart {
  const starts = new Int32Array(size);
  for (let node = 0; node < size; node++) starts[node] = node;
  return { starts, known: new Int32Array(size).fill(-1) };
}
