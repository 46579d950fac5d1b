import type { LinkGraph } from '@nx-cargo-test/object-graph';
import {
  findCapturedBinaries,
  linkAsJson,
  unclearBinary,
  type LinkSelection,
  type ObjectsCommand,
} from './captured-links';
import { CargoTestError } from '../errors';
import { nodeAsJson, nodeName } from './describe-node';
import { findTest } from './find-test';
import { plainText } from './plain-text';
import { reachedFrom } from './reached-code';
import type { TextSink } from './run-cli';

/** How a graph is written: a JSON object for each line, or Graphviz. */
export const DUMP_FORMATS = ['json', 'dot'] as const;

/** See {@link DUMP_FORMATS}. */
export type DumpFormat = (typeof DUMP_FORMATS)[number];

/**
 * `objects dump`: the graph of the newest link of one binary.
 *
 * @param options.test Only what this test reaches. Default: all that any test reaches.
 * @throws {CargoTestError} `UNCLEAR_SELECTION` if several binaries are meant.
 */
export async function dumpGraph(
  command: ObjectsCommand,
  options: LinkSelection & { readonly test?: string; readonly format: DumpFormat },
): Promise<void> {
  const binaries = await findCapturedBinaries(command, options);
  const found = options.test === undefined ? undefined : findTest(binaries, options.test);
  if (found === undefined && binaries.length > 1) {
    throw unclearBinary('several test binaries are meant', binaries);
  }
  const binary = found?.binary ?? binaries[0]!;
  const record = binary.records[0]!;
  const graph = await binary.load(record);
  const nodes = found === undefined ? undefined : nodesOf(graph, found.test);
  const tests = [...graph.tests].filter(([test]) => found === undefined || test === found.test);
  const ids = nodes ?? Array.from({ length: graph.size }, (_, id) => id);
  if (options.format === 'dot') {
    writeLines(
      command.stdout,
      ids,
      dotOf(graph),
      [`digraph ${quote(binary.id)} {`, '  rankdir=LR;'],
      ['}'],
    );
    return;
  }
  const head = [
    { type: 'link', ...linkAsJson(record), sharedRoots: graph.sharedRoots },
    ...tests.map(([test, root]) => ({
      type: 'test',
      test,
      root,
      fingerprint: graph.fingerprints.get(test),
    })),
  ];
  writeLines(
    command.stdout,
    ids,
    jsonOf(graph),
    head.map((line) => JSON.stringify(line)),
    [],
  );
}

function nodesOf(graph: LinkGraph, test: string): number[] {
  const root = graph.tests.get(test);
  if (root === undefined) {
    throw new CargoTestError('UNKNOWN_TEST', plainText(`it is not known what ${test} reaches`));
  }
  return reachedFrom(graph, [root, ...graph.sharedRoots]).sort((a, b) => a - b);
}

function jsonOf(graph: LinkGraph): (id: number) => string {
  return (id) =>
    JSON.stringify({
      type: 'node',
      ...nodeAsJson(graph, id),
      isWritable: graph.isWritable(id),
      digest: graph.digest(id),
      targets: graph.targets(id),
      outside: graph.outsideNames(id),
    });
}

function dotOf(graph: LinkGraph): (id: number) => string {
  const roots = new Map([...graph.tests].map(([test, root]) => [root, test]));
  return (id) => {
    const test = roots.get(id);
    const label = test === undefined ? nodeName(graph, id) : `test ${test}`;
    const shape = graph.isCode(id) ? 'box' : graph.isWritable(id) ? 'cylinder' : 'plain';
    const targets = new Set(graph.targets(id).filter((target) => target >= 0));
    const edges = [...targets].map((target) => ` n${id} -> n${target};`).join('');
    return `  n${id} [shape=${shape}, label=${quote(label)}];${edges}`;
  };
}

/** A string of Graphviz's language. */
function quote(text: string): string {
  return `"${plainText(text).replace(/["\\]/g, '\\$&')}"`;
}

/** Writes in portions, because the graph as one text may be longer than a string can be. */
function writeLines(
  sink: TextSink,
  ids: readonly number[],
  lineOf: (id: number) => string,
  head: readonly string[],
  foot: readonly string[],
): void {
  const write = (lines: readonly string[]): void => {
    if (lines.length > 0) sink.write(lines.map((line) => `${line}\n`).join(''));
  };
  write(head);
  for (let start = 0; start < ids.length; start += PORTION)
    write(ids.slice(start, start + PORTION).map(lineOf));
  write(foot);
}

const PORTION = 1000;
