import { nodePath, type LinkGraph } from '@nx-cargo-test/object-graph';
import { CargoTestError } from '../errors';
import { lastName, pathMatcher } from './match-path';
import { plainText } from './plain-text';
import { proposeSimilar } from './similar-names';

/** The functions and statics of a link whose paths match, by path; see {@link pathMatcher}. */
export function findNodes(graph: LinkGraph, pattern: string): Map<string, number[]> {
  const matches = pathMatcher(pattern);
  const found = new Map<string, number[]>();
  const decided = new Map<string, boolean>();
  for (let id = 0; id < graph.size; id++) {
    const path = nodePath(graph, id);
    if (path === '') continue;
    let isWanted = decided.get(path);
    if (isWanted === undefined) decided.set(path, (isWanted = matches(path)));
    if (!isWanted) continue;
    const known = found.get(path);
    if (known === undefined) found.set(path, [id]);
    else known.push(id);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `UNKNOWN_FUNCTION` that proposes similar paths of some links. */
export function unknownFunction(
  pattern: string,
  graphs: readonly LinkGraph[],
  where: string,
): CargoTestError {
  const paths = graphs.flatMap((graph) =>
    Array.from({ length: graph.size }, (_, id) => nodePath(graph, id)),
  );
  const named = paths.filter((path) => path !== '');
  const proposal = proposeSimilar(pattern, named, lastName);
  return new CargoTestError(
    'UNKNOWN_FUNCTION',
    plainText(`no function or static ${pattern} is in what the tests of ${where} reach${proposal}`),
  );
}
