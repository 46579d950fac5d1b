// What each test can reach, as object-graph sees it, addressed by the linker's names for sections.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../setup.mjs';

const require = createRequire(import.meta.url);
const graphPackage = require(join(repository, 'packages/object-graph/dist/index.js'));

/** The graph of a captured link, as object-graph's `openGraph` gives it. */
export function openGraph(link, tests, isStandard) {
  const files = link.inputs.map(({ path, file }) => ({
    name: path,
    bytes: readFileSync(file),
    optimized: !isStandard(path),
    isStandard: isStandard(path),
    isWorkspace: !isStandard(path),
  }));
  return graphPackage.openGraph({ files, executable: readFileSync(link.output) }, tests);
}

/**
 * Marks of all nodes that some nodes lead to, with these.
 *
 * @param isFollowed Whether a reference from a node to another counts. Default: all do.
 */
export function reachedFrom(graph, roots, isFollowed = () => true) {
  const reached = new Uint8Array(graph.size);
  const open = [];
  const reach = (id) => {
    if (reached[id] === 1) return;
    reached[id] = 1;
    open.push(id);
  };
  for (const root of roots) reach(root);
  while (open.length > 0) {
    const from = open.pop();
    for (const to of graph.targets(from)) if (to >= 0 && isFollowed(from, to)) reach(to);
  }
  return reached;
}

/**
 * For each section of a link map, the nodes of code that it may be: one; none for what the graph does not know;
 * several only where symbols of one object have the same name.
 */
export function codeNodesOfSections(graph, sections) {
  const byPlace = new Map();
  for (let id = 0; id < graph.size; id++) {
    if (!graph.isCode(id)) continue;
    const place = `${graph.object(id)}\n${graph.symbol(id)}`;
    if (byPlace.has(place)) byPlace.get(place).push(id);
    else byPlace.set(place, [id]);
  }
  return sections.map(({ object, symbols }) => [
    ...new Set(symbols.flatMap((symbol) => byPlace.get(`${object}\n${symbol}`) ?? [])),
  ]);
}
