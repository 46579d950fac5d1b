import { ObjectGraphError } from './errors';
import type { Definition, LinkedObject, LinkedProgram } from './linked-program';
import { isLinkerDefined } from './linker-symbols';
import { DEFINITION, tableName } from './object-table';

/** Stands for what lies outside of the objects. */
export const OUTSIDE = -1;

/** Pairs of what a name leads to, a node or {@link OUTSIDE}, and of a label that says the rest. */
export type Meaning = readonly number[];

type NodeOf = (object: LinkedObject, piece: number) => number;

/**
 * Tells what the global names that objects refer to stand for. Most stand for the
 * beginning of one piece: for these only the node is kept.
 */
export class NameMeanings {
  readonly #program: LinkedProgram;
  readonly #nodeOf: NodeOf;
  /** Per object and external name: the node plus 1, {@link COMPOUND}, or 0 for not asked yet. */
  readonly #nodes: (Int32Array | undefined)[];
  readonly #compound: (Map<number, Meaning> | undefined)[];
  /** Per name that is defined, whoever refers to it. */
  readonly #defined: (Meaning | undefined)[];
  readonly #labels: string[] = [''];
  readonly #labelNumbers = new Map<string, number>();
  #collected: ReadonlyMap<string, readonly (readonly [LinkedObject, number])[]> | undefined;

  constructor(program: LinkedProgram, nodeOf: NodeOf) {
    this.#program = program;
    this.#nodeOf = nodeOf;
    this.#nodes = new Array<undefined>(program.objects.length).fill(undefined);
    this.#compound = new Array<undefined>(program.objects.length).fill(undefined);
    this.#defined = new Array<undefined>(program.nameCount).fill(undefined);
  }

  /** What defined names stand for, by the number of the name, as far as any reference asked. */
  get defined(): readonly (Meaning | undefined)[] {
    return this.#defined;
  }

  /** What references say besides their targets; the first label says nothing. */
  get labels(): readonly string[] {
    return this.#labels;
  }

  /** The name from outside that a label stands for, if it stands for one. */
  outsideName(label: number): string | undefined {
    return outsideName(this.#labels[label]!);
  }

  /** Per external name of an object, the node that it is known to stand for, plus 1; of others, ask {@link meaning}. */
  knownNodes({ id, table }: LinkedObject): Int32Array {
    return (this.#nodes[id] ??= new Int32Array(table.externals.length / 2));
  }

  /** What an external name of an object stands for. @throws {ObjectGraphError} for a name that nothing defines. */
  meaning(object: LinkedObject, external: number): Meaning {
    const nodes = this.knownNodes(object);
    if (nodes[external] === COMPOUND) return this.#compound[object.id]!.get(external)!;
    const meaning = this.#find(object, external);
    if (meaning.length === 2 && meaning[1] === 0) {
      nodes[external] = meaning[0]! + 1;
    } else {
      nodes[external] = COMPOUND;
      (this.#compound[object.id] ??= new Map<number, Meaning>()).set(external, meaning);
    }
    return meaning;
  }

  #find(object: LinkedObject, external: number): Meaning {
    const program = this.#program;
    const number = program.externalNumber(object, external);
    const known = program.hasMissingDefinitions ? undefined : this.#defined[number];
    if (known !== undefined) return known;
    const definitions = program.resolve(object, external);
    if (definitions.length === 0) return this.#outside(object, external);
    const meaning = definitions.flatMap((definition, index) =>
      this.#definedMeaning(definition, index, definitions.length),
    );
    this.#defined[number] = meaning;
    return meaning;
  }

  /** @param index Which one it is of `count` definitions that the linker may take. */
  #definedMeaning({ object, row }: Definition, index: number, count: number): [number, number] {
    const of = object.table.definitions;
    const at = row * DEFINITION.stride;
    const piece = of[at + DEFINITION.piece]!;
    const offset = of[at + DEFINITION.offset]!;
    const isIndirect = of[at + DEFINITION.isIndirect]! === 1;
    const target = piece < 0 ? OUTSIDE : this.#nodeOf(object, piece);
    if (count === 1 && piece >= 0 && offset === 0 && !isIndirect) return [target, 0];
    const kind = piece < 0 ? 'absolute' : '';
    const label = JSON.stringify(['symbol', index, count, kind, offset, isIndirect]);
    return [target, this.#label(label)];
  }

  #outside(object: LinkedObject, external: number): Meaning {
    const { externals } = object.table;
    const name = tableName(object.table, externals[external * 2]!);
    const isWeak = externals[external * 2 + 1] === 1;
    const bounds = /^__(?:start|stop)_(.+)$/.exec(name);
    const sections = bounds === null ? [] : this.#sectionsNamed(bounds[1]!);
    const isKnown =
      sections.length > 0 || isWeak || this.#program.isImported(name) || isLinkerDefined(name);
    if (!isKnown) {
      throw new ObjectGraphError(
        'UNRESOLVED_SYMBOL',
        `${object.name} refers to ${name}, which no captured object, archive or shared library defines`,
      );
    }
    const meaning: number[] = [OUTSIDE, this.#label(outsideLabel(name))];
    sections.forEach(([owner, piece], index) => {
      const label = this.#label(JSON.stringify(['section', index, sections.length]));
      meaning.push(this.#nodeOf(owner, piece), label);
    });
    return meaning;
  }

  #sectionsNamed(name: string): readonly (readonly [LinkedObject, number])[] {
    this.#collected ??= collectedSections(this.#program.linked);
    return this.#collected.get(name) ?? [];
  }

  #label(text: string): number {
    let number = this.#labelNumbers.get(text);
    if (number === undefined) {
      number = this.#labels.push(text) - 1;
      this.#labelNumbers.set(text, number);
    }
    return number;
  }
}

/** A name that means something else than the beginning of one piece. */
const COMPOUND = -1;
const OUTSIDE_NAME = 'name ';

/** The text of the label for a name from outside. */
export function outsideLabel(name: string): string {
  return `${OUTSIDE_NAME}${name}`;
}

/** The name from outside that the text of a label stands for, if it stands for one. */
export function outsideName(label: string): string | undefined {
  return label.startsWith(OUTSIDE_NAME) ? label.slice(OUTSIDE_NAME.length) : undefined;
}

/** The loaded sections, of all objects that are linked, whose names a linker makes `__start_NAME` and `__stop_NAME` for. */
function collectedSections(
  objects: readonly LinkedObject[],
): Map<string, (readonly [LinkedObject, number])[]> {
  const byName = new Map<string, (readonly [LinkedObject, number])[]>();
  for (const object of objects) {
    const { collected } = object.table;
    for (let at = 0; at < collected.length; at += 2) {
      const name = tableName(object.table, collected[at]!);
      const piece = [object, collected[at + 1]!] as const;
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [piece]);
      else list.push(piece);
    }
  }
  return byName;
}
