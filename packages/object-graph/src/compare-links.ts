import type { LinkGraph } from './link-graph';
import { nodeKind, nodePath } from './node-path';
import type { NodeKind } from './node-path';
import { pairNodes } from './pair-nodes';
import type { NodePairs, PairedSide } from './pair-nodes';
import { nearestNodes } from './shortest-path';
import type { NearestNodes, TestPath } from './shortest-path';
import { structureClasses } from './structure-classes';
import type { StructureClasses } from './structure-classes';

/**
 * What is different about a function or static.
 *
 * - `added`, `removed`: an instance that the other link does not have.
 * - `renamed`: equal to one that is gone but for its path.
 * - `content`: its own instructions or bytes.
 * - `constants`: constants without a name that it refers to, such as a string.
 * - `references`: it refers to other functions or statics than before.
 * - `location`: nothing but lines or columns of panic locations. Found only where
 *   they are what a test differs by.
 */
export type ChangeKind =
  'added' | 'removed' | 'renamed' | 'content' | 'constants' | 'references' | 'location';

/** One difference between two links. */
export interface LinkChange {
  readonly kind: ChangeKind;
  /** {@link nodePath}; the name of a section in brackets for what runs without being named. */
  readonly path: string;
  readonly what: NodeKind | 'test';
  /** Nodes of the later link; for `removed`, of the earlier one. Several for instances of a generic. */
  readonly nodes: readonly number[];
  /** The path in the earlier link, for `renamed`. */
  readonly previousPath?: string;
}

/** A test that is not as it was. */
export interface TestDifference {
  readonly test: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** For a changed test, the nearest change that it reaches; without one it differs only in which of its pieces are the same. */
  readonly cause?: { readonly change: LinkChange; readonly path: TestPath };
}

/** What is different between two links. */
export interface LinkComparison {
  /** Sorted by path and kind. */
  readonly changes: readonly LinkChange[];
  /** Sorted by name. */
  readonly tests: readonly TestDifference[];
}

/**
 * Tells what is different between two links of one test binary, and which tests
 * differ by it. Paths lead through the later link. Names alone make no test
 * differ; panic locations do only where a test's fingerprint counts them.
 */
export function compareLinks(before: LinkGraph, after: LinkGraph): LinkComparison {
  const pairs = pairNodes(before, after);
  const changes = findChanges(pairs, structureClasses(pairs, false));
  const causes = new Causes(after, changes);
  let locations: Causes | undefined;
  const tests: TestDifference[] = [];
  for (const test of after.tests.keys()) {
    if (!before.tests.has(test)) tests.push({ test, kind: 'added' });
    else if (before.fingerprints.get(test) !== after.fingerprints.get(test)) {
      let cause = causes.of(test);
      if (cause === undefined) {
        locations ??= new Causes(after, findLocationChanges(pairs, changes));
        cause = locations.of(test);
      }
      tests.push({ test, kind: 'changed', ...(cause === undefined ? {} : { cause }) });
    }
  }
  for (const test of before.tests.keys())
    if (!after.tests.has(test)) tests.push({ test, kind: 'removed' });
  return { changes, tests: tests.sort((a, b) => compareText(a.test, b.test)) };
}

/** Finds the change that is nearest to a test. */
class Causes {
  readonly #changes = new Map<number, LinkChange>();
  readonly #nearest: NearestNodes;

  constructor(after: LinkGraph, changes: readonly LinkChange[]) {
    for (const change of changes) {
      // What is gone cannot be reached, and another name changes nothing.
      if (change.kind === 'removed' || change.kind === 'renamed') continue;
      for (const node of change.nodes) this.#changes.set(node, change);
    }
    this.#nearest = nearestNodes(after, this.#changes.keys());
  }

  of(test: string): TestDifference['cause'] {
    const path = this.#nearest.pathOf(test);
    return path && { change: this.#changes.get(path.nodes.at(-1)!)!, path };
  }
}

function findChanges(pairs: NodePairs, classes: StructureClasses): LinkChange[] {
  const found = new FoundChanges();
  for (const [ours, theirs] of pairs.pairs) {
    const kind = changeOf(pairs, classes, ours, theirs);
    if (kind !== undefined) found.add(kind, pairs.after, theirs);
  }
  const gone = unpaired(pairs.before);
  const goneByClass = new Map<number, number[]>();
  for (const id of gone) {
    const same = goneByClass.get(classes.before[id]!);
    if (same === undefined) goneByClass.set(classes.before[id]!, [id]);
    else same.push(id);
  }
  const renamed = new Set<number>();
  for (const id of unpaired(pairs.after)) {
    const previous = goneByClass.get(classes.after[id]!)?.shift();
    if (previous === undefined) found.add('added', pairs.after, id);
    else {
      renamed.add(previous);
      const previousPath = pathOf(pairs.before, previous);
      // An instance of the same generic under a symbol of its own is no news.
      if (previousPath !== pathOf(pairs.after, id))
        found.add('renamed', pairs.after, id, previousPath);
    }
  }
  for (const id of gone) if (!renamed.has(id)) found.add('removed', pairs.before, id);
  return found.sorted();
}

/** What differs when lines count as well, and did not before. */
function findLocationChanges(pairs: NodePairs, known: readonly LinkChange[]): LinkChange[] {
  const changed = new Set(known.flatMap(({ nodes }) => nodes));
  const classes = structureClasses(pairs, true);
  const found = new FoundChanges();
  for (const [ours, theirs] of pairs.pairs) {
    if (!changed.has(theirs) && changeOf(pairs, classes, ours, theirs) !== undefined)
      found.add('location', pairs.after, theirs);
  }
  return found.sorted();
}

/** How one node of a pair differs from the other, if it does. */
function changeOf(
  { before, after }: NodePairs,
  classes: StructureClasses,
  ours: number,
  theirs: number,
): ChangeKind | undefined {
  if (before.graph.digest(ours) !== after.graph.digest(theirs)) return 'content';
  const [left, right] = [before.graph.targets(ours), after.graph.targets(theirs)];
  const [leftNames, rightNames] = [
    before.graph.outsideNames(ours),
    after.graph.outsideNames(theirs),
  ];
  if (left.length !== right.length || leftNames.join('\n') !== rightNames.join('\n'))
    return 'references';
  let result: ChangeKind | undefined;
  for (const [index, target] of left.entries()) {
    const other = right[index]!;
    if (target < 0 || other < 0) {
      if (target !== other) return 'references';
      continue;
    }
    if (classes.before[target] === classes.after[other]) continue;
    if (before.names[target] !== '' || after.names[other] !== '') return 'references';
    result = 'constants';
  }
  return result;
}

/** Nodes with a name and without a partner. */
function unpaired({ names, pairOf }: PairedSide): number[] {
  return names.flatMap((name, id) => (name !== '' && pairOf[id]! < 0 ? [id] : []));
}

function pathOf({ graph, names }: PairedSide, id: number): string {
  return nodePath(graph, id) || names[id]!;
}

/** Collects changes, those of one kind and path as one. */
class FoundChanges {
  readonly #changes = new Map<string, LinkChange & { readonly nodes: number[] }>();

  add(kind: ChangeKind, side: PairedSide, id: number, previousPath?: string): void {
    const test = side.testAt.get(id);
    const path = test ?? pathOf(side, id);
    const what: LinkChange['what'] = test === undefined ? nodeKind(side.graph, id) : 'test';
    const key = JSON.stringify([path, kind, what, previousPath]);
    const known = this.#changes.get(key);
    if (known !== undefined) known.nodes.push(id);
    else {
      const change = { kind, path, what, nodes: [id] };
      this.#changes.set(key, previousPath === undefined ? change : { ...change, previousPath });
    }
  }

  sorted(): LinkChange[] {
    return [...this.#changes]
      .sort(([left], [right]) => compareText(left, right))
      .map(([, change]) => change);
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
