import { testsReaching } from '@nx-cargo-test/object-graph';
import type { LinkGraph } from '@nx-cargo-test/object-graph';
import type { LinkRecord } from '../build/link-records';
import { moduleIdentity } from '../module/test-module';
import {
  describeLink,
  findCapturedBinaries,
  linkAsJson,
  type LinkSelection,
  type ObjectsCommand,
} from './captured-links';
import { findNodes, unknownFunction } from './find-node';
import { countOf } from '../count-of';
import { plainText } from './plain-text';

/** What one binary's tests have to do with a function. */
interface Reached {
  readonly id: string;
  readonly record: LinkRecord;
  /** Pieces by path. */
  readonly paths: ReadonlyMap<string, readonly number[]>;
  readonly tests: readonly string[];
  readonly isShared: boolean;
  /** Tests of which it is not known what they reach. */
  readonly unknown: readonly string[];
}

/**
 * `objects reach`: the tests that reach functions or statics, by binary and module.
 *
 * @param pattern See `pathMatcher`.
 * @throws {CargoTestError} `UNKNOWN_FUNCTION` if nothing matches in any binary.
 */
export async function reachFunction(
  command: ObjectsCommand,
  pattern: string,
  options: LinkSelection & { readonly json?: boolean },
): Promise<void> {
  const binaries = await findCapturedBinaries(command, options);
  const graphs: LinkGraph[] = [];
  const all: Reached[] = [];
  for (const { id, records, load } of binaries) {
    const record = records[0]!;
    const graph = await load(record);
    graphs.push(graph);
    const paths = findNodes(graph, pattern);
    const unknown = record.tests.filter((test) => !graph.tests.has(test));
    const { tests, isShared } = testsReaching(graph, [...paths.values()].flat());
    all.push({ id, record, paths, tests, isShared, unknown });
  }
  if (all.every(({ paths }) => paths.size === 0)) {
    throw unknownFunction(pattern, graphs, binaries.map(({ id }) => id).join(', '));
  }
  if (options.json) {
    command.stdout.write(`${JSON.stringify(all.map(asJson), null, 2)}\n`);
    return;
  }
  const lines = all
    .filter(({ paths, unknown }) => paths.size + unknown.length > 0)
    .flatMap(describe);
  command.stdout.write(lines.map((line) => `${plainText(line)}\n`).join(''));
}

function describe({ id, record, paths, tests, isShared, unknown }: Reached): string[] {
  const lines = [`${id}, ${describeLink(record)}`];
  for (const [path, nodes] of paths)
    lines.push(`  ${path}${nodes.length === 1 ? '' : `  (${countOf(nodes.length, 'instance')})`}`);
  lines.push(`  reached by ${tests.length} of ${countOf(record.tests.length, 'test')}`);
  if (isShared) lines.push('  belongs to every test: it runs without being called by one');
  else
    for (const [module, names] of byModule(tests)) {
      const all = record.tests.filter((test) => moduleOf(test) === module).length;
      lines.push(`    ${module}: ${names.length} of ${all}`);
      for (const name of names) lines.push(`      ${name}`);
    }
  if (unknown.length > 0) {
    lines.push(
      `  not known of ${countOf(unknown.length, 'test')}, which depend on the whole binary`,
    );
    for (const name of unknown) lines.push(`      ${name}`);
  }
  return lines;
}

function byModule(tests: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const test of tests) {
    const module = moduleOf(test);
    const group = groups.get(module);
    if (group === undefined) groups.set(module, [test]);
    else group.push(test);
  }
  return groups;
}

function moduleOf(test: string): string {
  return moduleIdentity(test.split('::').slice(0, -1).join('::')) || '(root)';
}

function asJson({ record, paths, tests, isShared, unknown }: Reached): Record<string, unknown> {
  return {
    ...linkAsJson(record),
    matches: [...paths].map(([path, nodes]) => ({ path, instances: nodes.length })),
    belongsToEveryTest: isShared,
    modules: [...byModule(tests)].map(([module, names]) => ({ module, tests: names })),
    reached: tests.length,
    listed: record.tests.length,
    unknown,
  };
}
