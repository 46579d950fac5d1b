import { fingerprintRoots, testRoots } from './fingerprint-tests';
import type { LinkGraph } from './link-graph';
import { LinkedProgram } from './linked-program';
import type { Link } from './linked-program';
import { ObjectGraph } from './object-graph';
import { DIGEST_WORDS, PIECE } from './object-table';
import { sharedRoots } from './shared-roots';

/**
 * Makes the graph of a link, for questions about it.
 *
 * @param tests Names as the binary lists them.
 * @throws {ObjectGraphError} when the link cannot be followed soundly.
 */
export function openGraph(link: Link, tests: readonly string[]): LinkGraph {
  const graph = new ObjectGraph(new LinkedProgram(link));
  const { roots } = testRoots(graph, tests);
  const shared = sharedRoots(graph);
  graph.readAll();
  const { fingerprints } = fingerprintRoots(graph, roots, shared);
  const { contents } = graph;
  return {
    size: graph.size,
    targets: (id) => graph.targets(id),
    outsideNames: (id) => graph.outsideNames(id),
    symbol: (id) => graph.symbol(id),
    isCode: (id) => graph.isCode(id),
    isWritable: (id) => (graph.flags(id) & PIECE.writable) !== 0,
    digest: (id) => {
      const words = contents.slice(id * DIGEST_WORDS, (id + 1) * DIGEST_WORDS);
      return Buffer.from(words.buffer).toString('hex');
    },
    object: (id) => graph.object(id).name,
    section: (id) => graph.section(id),
    bytes: (id) => graph.bytes(id),
    tests: roots,
    fingerprints,
    sharedRoots: [...shared.unnamed, ...shared.harness],
  };
}
