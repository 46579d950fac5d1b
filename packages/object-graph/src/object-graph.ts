import * as elf from './elf/constants';
import { ObjectGraphError } from './errors';
import { Int32List } from './growing-array';
import type { Definition, LinkedObject, LinkedProgram } from './linked-program';
import { isLinkerDefined } from './linker-symbols';
import { machineName } from './object-format';
import { DEFINITION, DIGEST_WORDS, PIECE, tableName } from './object-table';
import { named } from './read-file';

/** Stands for what lies outside of the objects. */
export const OUTSIDE = -1;

/** References `[first, end)` of a node. */
export interface References {
  /** Per node, where its references begin in `targets`; one more at the end. */
  readonly first: Int32Array;
  /** What each reference leads to: a node, or {@link OUTSIDE}. */
  readonly targets: Int32Array;
  /** What it says besides: an index of `labels`; 0 for nothing. */
  readonly labels: Int32Array;
}

/** References the other way round: nodes that refer to a node, `[first, end)` of `sources`. */
export interface Incoming {
  readonly size: number;
  readonly first: Int32Array;
  readonly sources: Int32Array;
}

/**
 * The graph of pieces of a link, as far as it is reached from some roots. Every
 * reference of a piece resolves to a piece, to a name imported from a shared
 * library, or to a name that the linker makes; anything else is an error.
 */
export class ObjectGraph {
  readonly program: LinkedProgram;
  readonly #nodeObjects: Int32List;
  readonly #nodePieces: Int32List;
  /** Per object and piece, the node plus 1. */
  readonly #nodes: (Int32Array | undefined)[] = [];
  readonly #described = new Map<number, Int32Array>();
  readonly #first: Int32List;
  readonly #targets: Int32List;
  readonly #edgeLabels: Int32List;
  readonly #labels: string[] = [''];
  readonly #labelNumbers = new Map<string, number>();
  /** Per name that is defined, and per object and external name, what it stands for: pairs of a target and a label. */
  readonly #defined: (readonly number[] | undefined)[] = [];
  readonly #meanings: (readonly number[] | undefined)[][] = [];
  /** References that hand a location to functions: the reference, and those that mean the functions. */
  readonly #handoffs = new Map<number, readonly [first: number, end: number]>();
  #incoming: Incoming | undefined;
  #collected: ReadonlyMap<string, readonly (readonly [LinkedObject, number])[]> | undefined;

  constructor(program: LinkedProgram) {
    if (program.machine !== elf.EM_X86_64 && program.machine !== elf.EM_AARCH64) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `code for ${machineName(program.machine)} is not followed, only for x86_64 and aarch64`,
      );
    }
    this.program = program;
    let pieces = 0;
    let references = 0;
    for (const { table } of program.objects) {
      pieces += table.pieceFlags.length;
      references += table.references.length;
    }
    this.#nodeObjects = new Int32List(pieces);
    this.#nodePieces = new Int32List(pieces);
    this.#first = new Int32List(pieces + 1);
    this.#targets = new Int32List(references);
    this.#edgeLabels = new Int32List(references);
    this.#first.push(0);
  }

  /** Number of nodes known so far. */
  get size(): number {
    return this.#nodeObjects.length;
  }

  /** The node of a piece. */
  nodeOf(object: LinkedObject, piece: number): number {
    const { pieceFlags } = object.table;
    const nodes = (this.#nodes[object.id] ??= new Int32Array(pieceFlags.length));
    const known = nodes[piece]!;
    if (known > 0) return known - 1;
    this.#nodeObjects.push(object.id);
    this.#nodePieces.push(piece);
    nodes[piece] = this.size;
    return this.size - 1;
  }

  /** The nodes of some definitions; those of absolute values have none. */
  nodesOf(definitions: readonly Definition[]): number[] {
    return definitions.flatMap(({ object, row }) => {
      const piece = object.table.definitions[row * DEFINITION.stride + DEFINITION.piece]!;
      return piece < 0 ? [] : [this.nodeOf(object, piece)];
    });
  }

  /** Of the nodes of some definitions, those that are known so far. */
  knownNodesOf(definitions: readonly Definition[]): number[] {
    return definitions.flatMap(({ object, row }) => {
      const piece = object.table.definitions[row * DEFINITION.stride + DEFINITION.piece]!;
      const known = piece < 0 ? 0 : (this.#nodes[object.id]?.[piece] ?? 0);
      return known === 0 ? [] : [known - 1];
    });
  }

  /** Says that a node is a test's descriptor, of which lines and columns do not count. */
  setDigest(id: number, digest: Int32Array): void {
    this.#described.set(id, digest);
  }

  /** Reads all nodes that those known so far reach. @throws {ObjectGraphError} */
  readAll(): void {
    for (let id = this.#first.length - 1; id < this.size; id++) {
      this.#read(id);
      this.#first.push(this.#targets.length);
    }
  }

  /** The references of all nodes, once all are read. Not to be kept while more nodes are added. */
  get references(): References {
    return {
      first: this.#first.items,
      targets: this.#targets.items,
      labels: this.#edgeLabels.items,
    };
  }

  /** Per node, those that refer to it. */
  get incoming(): Incoming {
    if (this.#incoming?.size !== this.size)
      this.#incoming = incomingReferences(this.size, this.references);
    return this.#incoming;
  }

  /** What references say besides their targets. */
  get labels(): readonly string[] {
    return this.#labels;
  }

  targets(id: number): readonly number[] {
    return [...this.#targets.items.subarray(this.#first.at(id), this.#first.at(id + 1))];
  }

  /** The name from outside that a label stands for, if it stands for one. */
  outsideName(label: number): string | undefined {
    const text = this.#labels[label]!;
    return text.startsWith(OUTSIDE_NAME) ? text.slice(OUTSIDE_NAME.length) : undefined;
  }

  /** Names that a node takes from outside of the objects, in the order of its references. */
  outsideNames(id: number): string[] {
    const names: string[] = [];
    for (let edge = this.#first.at(id); edge < this.#first.at(id + 1); edge++) {
      const name = this.outsideName(this.#edgeLabels.at(edge));
      if (name !== undefined) names.push(name);
    }
    return names;
  }

  /** The references of a node to locations that it hands on: edges, each with the edges of the functions. */
  get handoffs(): ReadonlyMap<number, readonly [first: number, end: number]> {
    return this.#handoffs;
  }

  object(id: number): LinkedObject {
    return this.program.objects[this.#nodeObjects.at(id)]!;
  }

  piece(id: number): number {
    return this.#nodePieces.at(id);
  }

  /** Bits of `PIECE`. */
  flags(id: number): number {
    return this.object(id).table.pieceFlags[this.piece(id)]!;
  }

  isCode(id: number): boolean {
    return (this.flags(id) & PIECE.code) !== 0;
  }

  /** The name of the function or static in a node; empty without one. */
  symbol(id: number): string {
    const { table } = this.object(id);
    return tableName(table, table.pieceNames[this.piece(id)]!);
  }

  /** The section of a node, without the name of the function or static. */
  section(id: number): string {
    const { table } = this.object(id);
    return tableName(table, table.pieceSections[this.piece(id)]!);
  }

  /** Size in bytes. */
  bytes(id: number): number {
    return this.object(id).table.pieceSizes[this.piece(id)]!;
  }

  /** Adds a node's digest to words, four at a time. */
  digestTo(id: number, words: Int32Array, at: number): void {
    const described = this.#described.get(id);
    const { pieceDigests } = this.object(id).table;
    const start = this.piece(id) * DIGEST_WORDS;
    for (let word = 0; word < DIGEST_WORDS; word++)
      words[at + word] = described === undefined ? pieceDigests[start + word]! : described[word]!;
  }

  #read(id: number): void {
    const object = this.object(id);
    const piece = this.piece(id);
    const { table } = object;
    if ((table.pieceFlags[piece]! & PIECE.failed) !== 0) {
      const { code, message } = table.errors.find((error) => error.piece === piece)!;
      throw new ObjectGraphError(code, named(message, object.name));
    }
    const { references, firstReferences, handoffs } = table;
    const start = firstReferences[piece]!;
    const end = firstReferences[piece + 1]!;
    let handoff = handoffs.length === 0 ? 0 : firstHandoff(handoffs, start);
    const hasHandoffs = handoff < handoffs.length && handoffs[handoff]! < end;
    // Where the edges of each reference begin, if it matters: most have one.
    const edges: number[] = [];
    for (let index = start; index < end; index++) {
      if (hasHandoffs) edges.push(this.#targets.length);
      const reference = references[index]!;
      if (reference >= 0) {
        this.#targets.push(this.nodeOf(object, reference));
        this.#edgeLabels.push(0);
        continue;
      }
      const meaning = this.#meaning(object, ~reference);
      for (let at = 0; at < meaning.length; at += 2) {
        this.#targets.push(meaning[at]!);
        this.#edgeLabels.push(meaning[at + 1]!);
      }
    }
    if (!hasHandoffs) return;
    edges.push(this.#targets.length);
    for (; handoff < handoffs.length && handoffs[handoff]! < end; handoff += 3) {
      const at = handoffs[handoff]! - start;
      const called = handoffs[handoff + 1]! - start;
      const functions = [edges[called]!, edges[called + handoffs[handoff + 2]!]!] as const;
      for (let edge = edges[at]!; edge < edges[at + 1]!; edge++)
        // Of a location in the middle of a piece nothing is known.
        if (this.#edgeLabels.at(edge) === 0) this.#handoffs.set(edge, functions);
    }
  }

  #meaning(object: LinkedObject, external: number): readonly number[] {
    const count = object.table.externals.length / 2;
    const meanings = (this.#meanings[object.id] ??= new Array<undefined>(count).fill(undefined));
    return (meanings[external] ??= this.#readMeaning(object, external));
  }

  #readMeaning(object: LinkedObject, external: number): readonly number[] {
    const { program } = this;
    const { table } = object;
    const name = table.externals[external * 2]!;
    const number = program.nameNumber(object, name);
    const known = number < 0 || program.hasMissingDefinitions ? undefined : this.#defined[number];
    if (known !== undefined) return known;
    const definitions = program.resolve(object, name);
    if (definitions.length === 0) {
      const isWeak = table.externals[external * 2 + 1] === 1;
      return this.#outside(object, tableName(table, name), isWeak);
    }
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
    const target = piece < 0 ? OUTSIDE : this.nodeOf(object, piece);
    if (count === 1 && piece >= 0 && offset === 0 && !isIndirect) return [target, 0];
    const kind = piece < 0 ? 'absolute' : '';
    const label = JSON.stringify(['symbol', index, count, kind, offset, isIndirect]);
    return [target, this.#label(label)];
  }

  #outside(object: LinkedObject, name: string, isWeak: boolean): readonly number[] {
    const bounds = /^__(?:start|stop)_(.+)$/.exec(name);
    const sections = bounds === null ? [] : this.#sectionsNamed(bounds[1]!);
    const isKnown =
      sections.length > 0 ||
      isWeak ||
      // A reference to `name@VERSION`, which the executable's table of imports lists without it.
      this.program.isImported(name.replace(/(.)@.*/, '$1')) ||
      isLinkerDefined(name);
    if (!isKnown) {
      throw new ObjectGraphError(
        'UNRESOLVED_SYMBOL',
        `${object.name} refers to ${name}, which no captured object, archive or shared library defines`,
      );
    }
    const meaning: number[] = [OUTSIDE, this.#label(`${OUTSIDE_NAME}${name}`)];
    sections.forEach(([owner, piece], index) => {
      const label = this.#label(JSON.stringify(['section', index, sections.length]));
      meaning.push(this.nodeOf(owner, piece), label);
    });
    return meaning;
  }

  #sectionsNamed(name: string): readonly (readonly [LinkedObject, number])[] {
    this.#collected ??= collectedSections(this.program.linked);
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

function incomingReferences(size: number, { first, targets }: References): Incoming {
  const firstSources = new Int32Array(size + 2);
  const edges = first[size]!;
  for (let edge = 0; edge < edges; edge++)
    if (targets[edge]! >= 0) firstSources[targets[edge]! + 2]!++;
  for (let id = 0; id < size; id++) firstSources[id + 2]! += firstSources[id + 1]!;
  const sources = new Int32Array(firstSources[size + 1]!);
  for (let id = 0; id < size; id++) {
    for (let edge = first[id]!; edge < first[id + 1]!; edge++) {
      const target = targets[edge]!;
      if (target >= 0) sources[firstSources[target + 1]!++] = id;
    }
  }
  return { size, first: firstSources, sources };
}

const OUTSIDE_NAME = 'name ';

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

/** Where the first handoff of a reference, or of a later one, stands. */
function firstHandoff(handoffs: Int32Array, reference: number): number {
  let low = 0;
  let high = handoffs.length / 3;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (handoffs[middle * 3]! < reference) low = middle + 1;
    else high = middle;
  }
  return low * 3;
}
