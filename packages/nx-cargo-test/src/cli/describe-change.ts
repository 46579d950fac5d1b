import type {
  ChangeKind,
  LinkChange,
  LinkGraph,
  TestDifference,
} from '@nx-cargo-test/object-graph';
import { nodeAsJson } from './describe-node';
import { countOf } from '../count-of';

/** What a kind of change means, for people. */
const MEANING: Readonly<Record<ChangeKind, string>> = {
  added: 'is new',
  removed: 'is gone',
  renamed: 'has another name',
  content: 'has other content',
  constants: 'uses other constants',
  references: 'refers to other functions or statics',
  location: 'panics at another line or column',
};

/** A change in one line: `glommio::task::spawn (function) has other content`. */
export function describeChange({ kind, path, what, nodes, previousPath }: LinkChange): string {
  const instances = nodes.length === 1 ? '' : `, ${countOf(nodes.length, 'instance')}`;
  const previous = previousPath === undefined ? '' : `, it was ${previousPath}`;
  return `${path} (${what}${instances}) ${MEANING[kind]}${previous}`;
}

/** How a test differs, as part of a sentence. */
export function describeDifference({ kind, cause }: TestDifference): string {
  switch (kind) {
    case 'added':
      return 'the test is new';
    case 'removed':
      return 'the test is gone';
    case 'changed':
      return cause === undefined
        ? 'no piece that it reaches changed by itself, but which of them are the same, or run for every test,'
        : 'its code changed';
  }
}

/** A change in the shape that `--json` prints. */
export function changeAsJson({
  kind,
  path,
  what,
  nodes,
  previousPath,
}: LinkChange): Record<string, unknown> {
  return { kind, path, what, instances: nodes.length, previousPath };
}

/** A test's difference in the shape that `--json` prints. */
export function differenceAsJson(
  graph: LinkGraph,
  { test, kind, cause }: TestDifference,
): Record<string, unknown> {
  return {
    test,
    kind,
    cause: cause && {
      change: changeAsJson(cause.change),
      sharedByAllTests: cause.path.isShared,
      path: cause.path.nodes.map((id) => nodeAsJson(graph, id)),
    },
  };
}
