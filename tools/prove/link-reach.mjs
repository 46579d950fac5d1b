// What a link's tests reach, reduced to what coarser ways to select tests look at: which functions
// there are, by name, and which tests lead to them.
import { createHash } from 'node:crypto';
import { openGraph } from './reachable-code.mjs';

/** Functions and tests of one link. It does not keep the link's objects in memory. */
export class LinkReach {
  /**
   * Per symbol name of a function, its nodes, a digest of its machine code with the names of the
   * functions that it refers to, and whether it stands in an object of the toolchain.
   */
  functions = new Map();
  #tests;
  #roots;
  #sharedRoots;
  #referrers;

  /** @param tests Names as the binary lists them. */
  constructor(link, tests, sysroot) {
    const graph = openGraph(link, tests, (path) => path.startsWith(sysroot));
    this.#tests = tests;
    this.#roots = graph.tests;
    this.#sharedRoots = graph.sharedRoots;
    this.#referrers = referrersOf(graph);
    for (let id = 0; id < graph.size; id += 1) this.#addFunction(graph, id, sysroot);
  }

  /**
   * The tests that lead to one of some nodes. What all tests share leads to it for each of them, and so
   * does a test that is not known.
   */
  testsReaching(nodes) {
    const { first, referrers } = this.#referrers;
    const isMarked = new Uint8Array(first.length - 1);
    const open = [...nodes];
    for (const id of open) isMarked[id] = 1;
    while (open.length > 0) {
      const id = open.pop();
      for (let index = first[id]; index < first[id + 1]; index += 1) {
        const referrer = referrers[index];
        if (isMarked[referrer] === 0) open.push(referrer);
        isMarked[referrer] = 1;
      }
    }
    if (this.#sharedRoots.some((root) => isMarked[root] === 1)) return this.#tests;
    return this.#tests.filter((test) => isMarked[this.#roots.get(test) ?? -1] !== 0);
  }

  #addFunction(graph, id, sysroot) {
    const name = graph.symbol(id);
    if (!graph.isCode(id) || name === '') return;
    const called = graph
      .targets(id)
      .map((target) => (target >= 0 && graph.isCode(target) ? graph.symbol(target) : ''));
    const digest = createHash('sha256')
      .update(graph.digest(id))
      .update(called.join('\n'))
      .digest('base64');
    const known = this.functions.get(name);
    if (known === undefined) {
      const isStandard = graph.object(id).startsWith(sysroot);
      this.functions.set(name, { nodes: [id], digest, isStandard });
    } else {
      known.nodes.push(id);
      known.digest = [...known.digest.split(' '), digest].sort().join(' ');
    }
  }
}

/** Per node, the nodes that refer to it: those of `id` are `referrers[first[id]]` to `referrers[first[id + 1] - 1]`. */
function referrersOf({ size, targets }) {
  const first = new Int32Array(size + 1);
  const each = (visit) => {
    for (let id = 0; id < size; id += 1)
      for (const target of targets(id)) if (target >= 0) visit(target, id);
  };
  each((target) => (first[target + 1] += 1));
  for (let id = 0; id < size; id += 1) first[id + 1] += first[id];
  const next = first.slice(0, size);
  const referrers = new Int32Array(first[size]);
  each((target, id) => {
    referrers[next[target]] = id;
    next[target] += 1;
  });
  return { first, referrers };
}
