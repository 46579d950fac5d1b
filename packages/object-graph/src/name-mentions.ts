import type { LinkedObject, LinkedProgram } from './linked-program';
import { DEFINITION } from './object-table';
import type { FileTable, ObjectTable } from './object-table';

/** Numbers that tell how objects mention a name: how many references, and definitions, there are. */
export const MENTION = {
  /** References of objects that are linked. */
  externals: 0,
  /** Those of them that have a linker look for the name in archives. */
  strong: 1,
  /** Those of these in objects named on the command line. */
  strongExplicit: 2,
  /** Definitions of objects named on the command line, and entries of archives' indices. */
  definitions: 3,
  /** Entries of archives' indices alone. */
  listed: 4,
  stride: 5,
} as const;

/** How an object takes part in a link. */
export type Part = Pick<LinkedObject, 'explicit'> & { readonly isLinked: boolean };

/** Tells of each mention of a name in an object the field of `MENTION` that counts it. */
export function forEachMention(
  table: ObjectTable,
  { explicit, isLinked }: Part,
  tell: (name: number, field: number) => void,
): void {
  const { externals, definitions } = table;
  for (let at = 0; isLinked && at < externals.length; at += 2) {
    const name = externals[at]!;
    tell(name, MENTION.externals);
    if (externals[at + 1] !== 0) continue;
    tell(name, MENTION.strong);
    if (explicit) tell(name, MENTION.strongExplicit);
  }
  for (let at = 0; explicit && at < definitions.length; at += DEFINITION.stride)
    tell(definitions[at]!, MENTION.definitions);
}

/** Tells of each entry of an archive's index which member defines what. */
export function forEachListed(
  { index, members }: FileTable,
  tell: (table: ObjectTable, name: number, member: number) => void,
): void {
  if (index === undefined) return;
  for (let entry = 0; entry < index.length; entry += 2) {
    const table = members[index[entry]!]!.table;
    const row = index[entry + 1]!;
    if (table !== undefined && row >= 0)
      tell(table, table.definitions[row * DEFINITION.stride]!, index[entry]!);
  }
}

/** The numbers that names of objects have in a link, each looked up once. */
export class NameNumbers {
  readonly #program: LinkedProgram;
  readonly #known = new Map<ObjectTable, Int32Array>();

  constructor(program: LinkedProgram) {
    this.#program = program;
  }

  /** The number of a name of a table; -1 for one that no object refers to. */
  of(table: ObjectTable, name: number): number {
    let known = this.#known.get(table);
    if (known === undefined) {
      known = new Int32Array(table.nameHashes.length).fill(UNKNOWN);
      this.#known.set(table, known);
    }
    if (known[name] === UNKNOWN) known[name] = this.#program.numberOf(table, name);
    return known[name]!;
  }
}

const UNKNOWN = -2;

/** Counts, per name of a link, all mentions. */
export function countMentions(
  program: LinkedProgram,
  files: readonly FileTable[],
  numbers: NameNumbers,
): Int32Array {
  const counts = new Int32Array(program.nameCount * MENTION.stride);
  const isLinked = new Set(program.linked);
  for (const object of program.objects) {
    const { table } = object;
    const part = { explicit: object.explicit, isLinked: isLinked.has(object) };
    forEachMention(table, part, (name, field) => {
      counts[numbers.of(table, name) * MENTION.stride + field]!++;
    });
  }
  for (const file of files) {
    forEachListed(file, (table, name) => {
      const at = numbers.of(table, name) * MENTION.stride;
      counts[at + MENTION.definitions]!++;
      counts[at + MENTION.listed]!++;
    });
  }
  return counts;
}
