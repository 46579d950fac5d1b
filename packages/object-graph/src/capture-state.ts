import { ENVIRONMENT_NAMES } from './environment-readers';
import type { FollowedTests } from './fingerprint-tests';
import type { LinkedProgram } from './linked-program';
import type { LinkState, StateFile } from './link-state';
import { countMentions } from './name-mentions';
import type { ObjectGraph } from './object-graph';
import { DESCRIPTOR } from './object-table';
import type { FileTable } from './object-table';

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
      ...symbolsOf(graph),
      first: references.first.subarray(0, size + 1),
      targets: references.targets.subarray(0, edges),
      edgeLabels: references.labels.subarray(0, edges),
      handoffs: graph.handoffs.triples,
      ...namesOf(program),
      mentions: countMentions(program, files),
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

function symbolsOf(
  graph: ObjectGraph,
): Pick<LinkState['columns'], 'symbolBytes' | 'firstSymbolBytes'> {
  const first = new Int32Array(graph.size + 1);
  const forEach = (
    tell: (id: number, own: Uint8Array, start: number, end: number) => void,
  ): void => {
    for (let id = 0; id < graph.size; id++) {
      const { table } = graph.object(id);
      const name = table.pieceNames[graph.piece(id)]!;
      const { buffer, byteOffset, byteLength } = table.names;
      const own = new Uint8Array(buffer, byteOffset, byteLength);
      const start = table.firstNameWords[name]! * 4;
      let end = table.firstNameWords[name + 1]! * 4;
      while (end > start && own[end - 1] === 0) end--;
      tell(id, own, start, end);
    }
  };
  forEach((id, _, start, end) => (first[id + 1] = first[id]! + end - start));
  const bytes = new Uint8Array(first[graph.size]!);
  forEach((id, own, start, end) => {
    for (let from = start, to = first[id]!; from < end; from++, to++) bytes[to] = own[from]!;
  });
  return { symbolBytes: bytes, firstSymbolBytes: first };
}

function namesOf(
  program: LinkedProgram,
): Pick<LinkState['columns'], 'names' | 'firstNameWords' | 'nameHashes'> {
  const firstNameWords = new Int32Array(program.nameCount + 1);
  const nameHashes = new Int32Array(program.nameCount);
  let number = 0;
  for (const [table, name] of program.names) {
    const length = table.firstNameWords[name + 1]! - table.firstNameWords[name]!;
    firstNameWords[number + 1] = firstNameWords[number]! + length;
    nameHashes[number++] = table.nameHashes[name]!;
  }
  const names = new Int32Array(firstNameWords[number]!);
  number = 0;
  for (const [table, name] of program.names) {
    const start = table.firstNameWords[name]!;
    const end = table.firstNameWords[name + 1]!;
    for (let from = start, to = firstNameWords[number]!; from < end; from++, to++)
      names[to] = table.names[from]!;
    number++;
  }
  return { names, firstNameWords, nameHashes };
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
