import {
  compareLinks,
  type LinkChange,
  type LinkComparison,
  type LinkGraph,
  type TestDifference,
} from '@nx-cargo-test/object-graph';
import type { LinkRecord } from '../build/link-records';
import { CargoTestError } from '../errors';
import {
  describeLink,
  findCapturedBinaries,
  linkAsJson,
  type CapturedBinary,
  type LinkSelection,
  type ObjectsCommand,
} from './captured-links';
import {
  changeAsJson,
  describeChange,
  describeDifference,
  differenceAsJson,
} from './describe-change';
import { nodeName } from './describe-node';
import { countOf } from '../count-of';
import { plainText } from './plain-text';

/** Two links of one binary, compared. */
interface Compared {
  readonly binary: CapturedBinary;
  readonly before: LinkRecord;
  readonly after: LinkRecord;
  /** Of `after`. */
  readonly graph: LinkGraph;
  readonly comparison: LinkComparison;
}

/** How many changes, and tests of one cause, are listed for people; `--json` has all. */
const LISTED = 30;

/**
 * `objects diff`: what changed between two links of each binary, and which tests
 * that touches.
 *
 * @param before Beginning of the SHA-256 or commit of a link. Default: the one before the newest.
 * @param after Likewise. Default: the newest.
 * @throws {CargoTestError} `UNCLEAR_SELECTION` if no or several links are so called;
 *   `NO_CAPTURED_LINK` if no binary has two links.
 */
export async function diffLinks(
  command: ObjectsCommand,
  before: string | undefined,
  after: string | undefined,
  options: LinkSelection & { readonly json?: boolean },
): Promise<void> {
  const binaries = await findCapturedBinaries(command, options);
  const selected = selectLinks(binaries, before, after);
  const all: Compared[] = [];
  for (const pair of selected) {
    const graph = await pair.binary.load(pair.after);
    const comparison = compareLinks(await pair.binary.load(pair.before), graph);
    all.push({ ...pair, graph, comparison });
  }
  if (options.json) command.stdout.write(`${JSON.stringify(all.map(asJson), null, 2)}\n`);
  else {
    const lines = all.flatMap(describe);
    command.stdout.write(lines.map((line) => `${plainText(line)}\n`).join(''));
  }
}

function selectLinks(
  binaries: readonly CapturedBinary[],
  before: string | undefined,
  after: string | undefined,
): Omit<Compared, 'graph' | 'comparison'>[] {
  const selected = binaries.flatMap((binary) => {
    const newer = after === undefined ? binary.records[0] : findLink(binary, after);
    const rest = binary.records.filter((record) => record !== newer);
    const older = before === undefined ? olderThan(newer, rest) : findLink(binary, before);
    const isPair = newer !== undefined && older !== undefined && newer !== older;
    return isPair ? [{ binary, before: older, after: newer }] : [];
  });
  if (selected.length > 0) return selected;
  const list = binaries.flatMap(({ id, records }) =>
    records.map((record) => `\n  ${id}  ${describeLink(record)}`),
  );
  if (before !== undefined) {
    const what = after === undefined ? plainText(before) : plainText(`${before} and ${after}`);
    throw new CargoTestError(
      'UNCLEAR_SELECTION',
      `no binary has two links to compare that ${what} would name; there are:${list.join('')}`,
    );
  }
  throw new CargoTestError(
    'NO_CAPTURED_LINK',
    `no binary was linked twice, so there is nothing to compare; there are:${list.join('')}`,
  );
}

function olderThan(
  newer: LinkRecord | undefined,
  rest: readonly LinkRecord[],
): LinkRecord | undefined {
  return newer && rest.find(({ linkedAt }) => linkedAt <= newer.linkedAt);
}

/** The link that a text names; undefined for none. */
function findLink({ id, records }: CapturedBinary, name: string): LinkRecord | undefined {
  const found = records.filter(
    ({ sha256, commit }) => sha256.startsWith(name) || commit?.startsWith(name) === true,
  );
  if (found.length < 2) return found[0];
  const list = found.map((record) => `\n  ${describeLink(record)}`);
  throw new CargoTestError(
    'UNCLEAR_SELECTION',
    `several links of ${id} are called ${plainText(name)}; name one by its first word:${list.join('')}`,
  );
}

function describe({ binary, before, after, graph, comparison }: Compared): string[] {
  const { changes, tests } = comparison;
  const listed = after.tests.length;
  return [
    `${binary.id}: ${describeLink(before)} to ${describeLink(after)}`,
    ...limited(changes.map(describeChange), '  '),
    ...(changes.length === 0 ? ['  no function or static changed'] : []),
    `  ${tests.length} of ${countOf(listed, 'test')} touched`,
    ...[...byCause(tests)].flatMap(([cause, touched]) => [
      `  ${cause}: ${countOf(touched.length, 'test')}`,
      ...limited(
        touched.map((each) => describeTest(graph, each)),
        '    ',
      ),
    ]),
  ];
}

function byCause(tests: readonly TestDifference[]): Map<string, TestDifference[]> {
  const groups = new Map<string, TestDifference[]>();
  for (const test of tests) {
    const cause = headingOf(test);
    const group = groups.get(cause);
    if (group === undefined) groups.set(cause, [test]);
    else group.push(test);
  }
  return groups;
}

function headingOf(difference: TestDifference): string {
  const change: LinkChange | undefined = difference.cause?.change;
  return change === undefined ? describeDifference(difference) : `by ${describeChange(change)}`;
}

function describeTest(graph: LinkGraph, { test, cause }: TestDifference): string {
  if (cause === undefined) return test;
  const steps = cause.path.nodes.map((id) => nodeName(graph, id));
  return `${test}${cause.path.isShared ? ', as every test' : ''}: ${steps.slice(1).join(' > ')}`;
}

function limited(lines: readonly string[], indent: string): string[] {
  const shown = lines.slice(0, LISTED).map((line) => indent + line);
  const left = lines.length - shown.length;
  return left === 0 ? shown : [...shown, `${indent}and ${left} more, which --json lists`];
}

function asJson({ before, after, graph, comparison }: Compared): Record<string, unknown> {
  return {
    before: linkAsJson(before),
    after: linkAsJson(after),
    changes: comparison.changes.map(changeAsJson),
    listed: after.tests.length,
    tests: comparison.tests.map((difference) => differenceAsJson(graph, difference)),
  };
}
