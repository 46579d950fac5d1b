import { ENVIRONMENT_NAMES } from './environment-readers';
import type { FollowedTests } from './fingerprint-tests';
import { Int32List } from './growing-array';
import type { LinkedProgram } from './linked-program';
import type { LinkState, StateFile } from './link-state';
import { NameIndex } from './name-index';
import type { Names } from './name-index';
import { countMentions, NameNumbers } from './name-mentions';
import type { ObjectGraph } from './object-graph';
import { DESCRIPTOR } from './object-table';
import type { FileTable } from './object-table';
import type { References } from './piece-graph';

/** What was found out about a link. */
export interface Findings extends Omit<FollowedTests, 'taken'> {
  readonly files: readonly FileTable[];
}

/**
 * Keeps what was found out about a link; `undefined` for one of which another, with
 * few other objects, cannot be told: where an archive's index is wrong, a test's
 * descriptor is not known for sure, or a class can be digested in several ways.
 *
 * @param keys Of the files: equal keys mean equal content.
 * @param takesMore See `Link`.
 */
export function captureState(
  { graph, files, roots, shared, classes }: Findings,
  keys: readonly StateFile[],
  takesMore: boolean,
): LinkState | undefined {
  const { program } = graph;
  if (program.hasMissingDefinitions || descriptorCount(program) !== roots.size) return undefined;
  // Which objects ask for which members is not looked at then.
  if (shared.order !== undefined) return undefined;
  // A program that gives its environment away by functions of its own is followed anew each time.
  if (ENVIRONMENT_NAMES.some((name) => program.resolveText(name).length > 0)) return undefined;
  if (Object.values(classes).some(({ isAmbiguous }) => isAmbiguous)) return undefined;
  const isLinked = new Set(program.linked);
  let file = -1;
  const objects = files.flatMap((table) => {
    file++;
    return table.members.flatMap(({ name, table: own }) =>
      own === undefined ? [] : [{ file, member: name }],
    );
  });
  const { references, size } = graph;
  const edges = references.first[size]!;
  const sections = new Map<string, number>();
  const numbers = new NameNumbers(program);
  return {
    files: keys,
    takesMore,
    executable: graph.executable,
    objects: objects.map((object, id) => ({
      ...object,
      isLinked: isLinked.has(program.objects[id]!),
    })),
    tests: [...roots],
    unnamed: shared.unnamed,
    harness: shared.harness,
    isStandardLibraryApart: graph.isStandardLibraryApart,
    labels: graph.labels,
    columns: {
      nodeObjects: perNode(size, (id) => graph.object(id).id),
      nodePieces: perNode(size, (id) => graph.piece(id)),
      nodeFlags: perNode(size, (id) => graph.flags(id)),
      nodeSections: perNode(size, (id) => {
        const name = graph.section(id);
        const known = sections.get(name) ?? sections.size;
        sections.set(name, known);
        return known;
      }),
      nodeSizes: Float64Array.from({ length: size }, (_, id) => graph.bytes(id)),
      contents: graph.contents.subarray(0, size * 4),
      ...nodeNamesOf(graph, numbers),
      first: references.first.subarray(0, size + 1),
      targets: references.targets.subarray(0, edges),
      labelled: labelledOf(references, size),
      handoffs: graph.handoffs.triples,
      ...columnsOf(program.names, program.nameCount),
      mentions: countMentions(program, files, numbers),
      ...meaningsOf(graph),
    },
    classes: Object.fromEntries(
      Object.entries(classes).map(([counted, { known }]) => [counted, known]),
    ),
    sections: [...sections.keys()],
  };
}

function descriptorCount({ objects }: LinkedProgram): number {
  let count = 0;
  for (const { explicit, table } of objects)
    if (explicit) count += table.descriptors.length / DESCRIPTOR.stride;
  return count;
}

function perNode(size: number, of: (id: number) => number): Int32Array {
  const column = new Int32Array(size);
  for (let id = 0; id < size; id++) column[id] = of(id);
  return column;
}

type NodeNames = 'nodeNames' | 'localNames' | 'firstLocalNameWords';

function nodeNamesOf(
  graph: ObjectGraph,
  numbers: NameNumbers,
): Pick<LinkState['columns'], NodeNames> {
  const locals = new NameIndex();
  const nodeNames = perNode(graph.size, (id) => {
    const { table } = graph.object(id);
    const name = table.pieceNames[graph.piece(id)]!;
    const number = numbers.of(table, name);
    return number >= 0 ? number : -1 - locals.add(table, name);
  });
  const { names, firstNameWords } = columnsOf(locals, locals.size);
  return { nodeNames, localNames: names, firstLocalNameWords: firstNameWords };
}

/** Names of many tables in columns of their own. */
function columnsOf(all: Iterable<readonly [table: Names, name: number]>, count: number): Names {
  const firstNameWords = new Int32Array(count + 1);
  const nameHashes = new Int32Array(count);
  let number = 0;
  for (const [table, name] of all) {
    const length = table.firstNameWords[name + 1]! - table.firstNameWords[name]!;
    firstNameWords[number + 1] = firstNameWords[number]! + length;
    nameHashes[number++] = table.nameHashes[name]!;
  }
  const names = new Int32Array(firstNameWords[number]!);
  number = 0;
  for (const [table, name] of all) {
    const start = table.firstNameWords[name]!;
    const end = table.firstNameWords[name + 1]!;
    for (let from = start, to = firstNameWords[number]!; from < end; from++, to++)
      names[to] = table.names[from]!;
    number++;
  }
  return { names, firstNameWords, nameHashes };
}

function labelledOf({ first, labels }: References, size: number): Int32Array {
  const labelled = new Int32List(1 << 10);
  for (let edge = 0; edge < first[size]!; edge++) {
    if (labels[edge] === 0) continue;
    labelled.push(edge);
    labelled.push(labels[edge]!);
  }
  return labelled.toArray();
}

function meaningsOf(graph: ObjectGraph): Pick<LinkState['columns'], 'firstMeanings' | 'meanings'> {
  const { defined } = graph.names;
  const count = graph.program.nameCount;
  const firstMeanings = new Int32Array(count + 1);
  for (let number = 0; number < count; number++)
    firstMeanings[number + 1] = firstMeanings[number]! + (defined[number]?.length ?? 0);
  const meanings = new Int32Array(firstMeanings[count]!);
  for (let number = 0; number < count; number++)
    meanings.set(defined[number] ?? [], firstMeanings[number]);
  return { firstMeanings, meanings };
}
