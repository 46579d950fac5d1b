import { CannotPatch } from './cannot-patch';
import { captureState } from './capture-state';
import { ObjectGraphError } from './errors';
import { fingerprintRoots, followTests, whatTestsUse, withoutTracing } from './fingerprint-tests';
import type { TestFingerprints } from './fingerprint-tests';
import { findChangedFiles } from './link-changes';
import type { ChangedFile, KeyedLink } from './link-changes';
import type { LinkState } from './link-state';
import type { CountedLocations } from './location-readers';
import { findNameChanges } from './name-changes';
import { DESCRIPTOR, DIGEST_WORDS } from './object-table';
import type { FileTable } from './object-table';
import { PatchedGraph } from './patched-graph';
import type { KnownClasses } from './reached-classes';
import { reachingNodes } from './reaching-nodes';
import { descriptorName } from './test-roots';

/** Fingerprints, and what to tell the next link from. */
export interface KeptFingerprints {
  readonly taken: TestFingerprints;
  /** `undefined` for a link that others can't be told from. */
  readonly state: LinkState | undefined;
}

/**
 * Fingerprints tests as `fingerprintTests` does, and keeps what was found out.
 *
 * @throws {ObjectGraphError} when the link cannot be followed soundly.
 */
export function fingerprintAndKeep(link: KeyedLink, tests: readonly string[]): KeptFingerprints {
  const { executable, takesMore } = link;
  const files = link.files.map((file) => ({ ...file, bytes: file.table() }));
  const { taken, ...found } = followTests({ files, executable, takesMore }, tests);
  const tables = files.map(({ bytes }) => bytes);
  const keys = link.files.map(({ key, optimized, isStandard, isWorkspace }) => ({
    key,
    optimized,
    isStandard,
    isWorkspace,
  }));
  return { taken, state: captureState({ ...found, files: tables }, keys, takesMore) };
}

/**
 * Fingerprints tests from what was found out about a link of which few objects
 * differ: just what `fingerprintTests` says of the link. `undefined` where that can't be
 * told for sure, so that the link has to be followed anew.
 *
 * @param recall The table of a file by its key, if it is still known.
 */
export function fingerprintTestsAgain(
  state: LinkState,
  link: KeyedLink,
  tests: readonly string[],
  recall: (key: string) => FileTable | undefined,
): TestFingerprints | undefined {
  try {
    const files = findChangedFiles(state, link, recall);
    return files && patchedFingerprints(state, link, tests, files);
  } catch (error) {
    // What is wrong with a link is said by who follows it all.
    if (error instanceof CannotPatch || error instanceof ObjectGraphError) return undefined;
    throw error;
  }
}

function patchedFingerprints(
  state: LinkState,
  link: KeyedLink,
  tests: readonly string[],
  files: readonly ChangedFile[],
): TestFingerprints | undefined {
  const names = findNameChanges(state, files);
  if (names === undefined) return undefined;
  const graph = new PatchedGraph(state, link, files, names);
  const roots = testRoots(state, graph, tests, files);
  const affected = reachingNodes(graph, graph.read());
  const known = (counted: CountedLocations): KnownClasses | undefined => {
    const classes = state.classes[counted];
    if (classes === undefined) return undefined;
    const of = classes.of.slice();
    for (let node = 0; node < of.length; node++) if (affected[node] === 1) of[node] = -1;
    return { ...classes, of };
  };
  const { classes, ...taken } = fingerprintRoots(graph, roots, state, { known });
  if (Object.values(classes).some(({ isAmbiguous }) => isAmbiguous)) return undefined;
  return { ...withoutTracing(taken, new Map()), ...whatTestsUse(graph, roots, state) };
}

/** The nodes of the tests: there must be one descriptor for each, and no other. */
function testRoots(
  state: LinkState,
  graph: PatchedGraph,
  tests: readonly string[],
  files: readonly ChangedFile[],
): Map<string, number> {
  const found = new Map<string, number>();
  for (const [test, node] of state.tests) if (!graph.isOfChanged(node)) found.set(test, node);
  for (const object of files.flatMap((file) => file.objects)) {
    const { descriptors } = object.after;
    for (let at = 0; object.explicit && at < descriptors.length; at += DESCRIPTOR.stride) {
      const name = descriptorName(object.after, at);
      if (found.has(name)) throw new CannotPatch();
      const node = graph.nodeOf(object, descriptors[at + DESCRIPTOR.piece]!);
      const start = at + DESCRIPTOR.digest;
      graph.setDigest(node, descriptors.subarray(start, start + DIGEST_WORDS));
      found.set(name, node);
    }
  }
  if (found.size !== new Set(tests).size) throw new CannotPatch();
  const roots = new Map<string, number>();
  for (const test of tests) {
    const root = found.get(test);
    if (root === undefined) throw new CannotPatch();
    roots.set(test, root);
  }
  return roots;
}
