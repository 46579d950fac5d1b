import {
  compareLinks,
  shortestPath,
  type LinkGraph,
  type TestDifference,
  type TestPath,
} from '@nx-cargo-test/object-graph';
import type { LinkRecord } from '../build/link-records';
import { CargoTestError } from '../errors';
import {
  describeLink,
  findCapturedBinaries,
  linkAsJson,
  type LinkSelection,
  type ObjectsCommand,
} from './captured-links';
import { codeOrigins } from './code-origin';
import { describeChange, describeDifference, differenceAsJson } from './describe-change';
import { nodeAsJson, nodeName, placeOf } from './describe-node';
import { findNodes, unknownFunction } from './find-node';
import { findTest, type FoundTest } from './find-test';
import { alignColumns, plainText } from './plain-text';
import { reachedCode, totalOf, type ReachedAmount } from './reached-code';

/**
 * `objects why`: with a function, the shortest way from a test to it; without
 * one, how much the test reaches and what changed of it since the link before.
 *
 * @throws {CargoTestError} `UNKNOWN_TEST`; `UNKNOWN_FUNCTION` also if the test does not reach it.
 */
export async function explainTest(
  command: ObjectsCommand,
  name: string,
  pattern: string | undefined,
  options: LinkSelection & { readonly json?: boolean },
): Promise<void> {
  const binaries = await findCapturedBinaries(command, options);
  const found = findTest(binaries, name);
  const graph = await found.binary.load(found.record);
  const heading = `${found.test} in ${found.binary.id}, ${describeLink(found.record)}`;
  const isUnknown = !graph.tests.has(found.test);
  const explained: Explained = isUnknown
    ? {
        json: { unknown: true },
        lines: ['  it is not known what it reaches, so it depends on the whole binary'],
      }
    : pattern === undefined
      ? await explainFingerprint(
          found,
          graph,
          binaries.map(({ records }) => records[0]!),
        )
      : explainPath(found, graph, pattern);
  if (options.json) {
    const content = { ...linkAsJson(found.record), test: found.test, ...explained.json };
    command.stdout.write(`${JSON.stringify(content, null, 2)}\n`);
    return;
  }
  const lines = [heading, ...explained.lines];
  command.stdout.write(lines.map((line) => `${plainText(line)}\n`).join(''));
}

interface Explained {
  readonly json: Record<string, unknown>;
  readonly lines: readonly string[];
}

function explainPath({ test, binary }: FoundTest, graph: LinkGraph, pattern: string): Explained {
  const nodes = [...findNodes(graph, pattern).values()].flat();
  if (nodes.length === 0) throw unknownFunction(pattern, [graph], binary.id);
  const path = shortestPath(graph, test, nodes);
  if (path === undefined) {
    throw new CargoTestError('UNKNOWN_FUNCTION', plainText(`${test} does not reach ${pattern}`));
  }
  return {
    json: { sharedByAllTests: path.isShared, path: path.nodes.map((id) => nodeAsJson(graph, id)) },
    lines: describeSteps(graph, test, path),
  };
}

function describeSteps(graph: LinkGraph, test: string, { nodes, isShared }: TestPath): string[] {
  const root = graph.tests.get(test);
  return [
    ...(isShared
      ? ['  its own code does not lead there, but what belongs to every test does:']
      : []),
    ...nodes.map((id) => {
      const name = id === root ? '[test]' : nodeName(graph, id);
      return `  ${name}  (${placeOf(graph, id)})`;
    }),
  ];
}

async function explainFingerprint(
  { test, binary }: FoundTest,
  graph: LinkGraph,
  newest: readonly LinkRecord[],
): Promise<Explained> {
  const originOf = codeOrigins(newest.map((each) => each.binary));
  const own = reachedCode(graph, [graph.tests.get(test)!], originOf);
  const shared = reachedCode(graph, graph.sharedRoots, originOf);
  const fingerprint = graph.fingerprints.get(test);
  const rows = [
    ['  reaches', ...COUNTED],
    ...[...own].map(([origin, amount]) => rowOf(origin, amount)),
    rowOf('every test', totalOf(shared)),
  ];
  const change = await explainChange(test, graph, binary.records[1], binary.load);
  return {
    json: {
      fingerprint,
      reaches: Object.fromEntries(own),
      everyTestReaches: totalOf(shared),
      ...change.json,
    },
    lines: [`  fingerprint ${fingerprint ?? 'unknown'}`, ...alignColumns(rows), ...change.lines],
  };
}

async function explainChange(
  test: string,
  graph: LinkGraph,
  previous: LinkRecord | undefined,
  load: (record: LinkRecord) => Promise<LinkGraph>,
): Promise<Explained> {
  if (previous === undefined)
    return { json: {}, lines: ['  no link before this one was recorded'] };
  let earlier: LinkGraph;
  try {
    earlier = await load(previous);
  } catch (error) {
    if (!(error instanceof CargoTestError)) throw error;
    // All else about the test is known still.
    return { json: {}, lines: [`  not compared with the link before: ${error.message}`] };
  }
  const difference = compareLinks(earlier, graph).tests.find((each) => each.test === test);
  const since = `since ${describeLink(previous)}`;
  const json = {
    previous: linkAsJson(previous),
    difference: difference && differenceAsJson(graph, difference),
  };
  if (difference === undefined) return { json, lines: [`  nothing of it changed ${since}`] };
  return {
    json,
    lines: [`  ${describeDifference(difference)} ${since}`, ...causeLines(graph, difference)],
  };
}

function causeLines(graph: LinkGraph, { test, cause }: TestDifference): string[] {
  if (cause === undefined) return [];
  return [
    `  nearest change: ${describeChange(cause.change)}`,
    ...describeSteps(graph, test, cause.path),
  ];
}

const COUNTED = ['functions', 'statics', 'constants', 'bytes'] as const;

function rowOf(what: string, amount: ReachedAmount): string[] {
  return [`  ${what}`, ...COUNTED.map((key) => String(amount[key]))];
}
