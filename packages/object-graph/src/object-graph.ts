import * as elf from './elf/constants';
import { ObjectGraphError } from './errors';
import { Int32List } from './growing-array';
import type { Definition, LinkedObject, LinkedProgram } from './linked-program';
import { NameMeanings, OUTSIDE } from './name-meanings';
import { machineName } from './object-format';
import { DEFINITION, DIGEST_WORDS, PIECE, tableName } from './object-table';
import { named } from './read-file';

export { OUTSIDE };

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
  readonly #nodeFlags: Int32List;
  /** Per object and piece, the node plus 1. */
  readonly #nodes: (Int32Array | undefined)[];
  readonly #described = new Map<number, Int32Array>();
  readonly #first: Int32List;
  readonly #targets: Int32List;
  readonly #edgeLabels: Int32List;
  readonly #names: NameMeanings;
  /** References that hand a location to functions: the reference, and those that mean the functions. */
  readonly #handoffs = new Map<number, readonly [first: number, end: number]>();
  #incoming: Incoming | undefined;

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
    this.#nodeFlags = new Int32List(pieces);
    this.#nodes = new Array<undefined>(program.objects.length).fill(undefined);
    this.#names = new NameMeanings(program, (object, piece) => this.nodeOf(object, piece));
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
    const nodes = this.#nodesIn(object);
    const known = nodes[piece]!;
    return known > 0 ? known - 1 : this.#addNode(object, piece, nodes);
  }

  /** Per piece of an object, the node plus 1. */
  #nodesIn({ id, table }: LinkedObject): Int32Array {
    return (this.#nodes[id] ??= new Int32Array(table.pieceFlags.length));
  }

  #addNode(object: LinkedObject, piece: number, nodes: Int32Array): number {
    this.#nodeObjects.push(object.id);
    this.#nodePieces.push(piece);
    this.#nodeFlags.push(object.table.pieceFlags[piece]!);
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
    return this.#names.labels;
  }

  targets(id: number): readonly number[] {
    return [...this.#targets.items.subarray(this.#first.at(id), this.#first.at(id + 1))];
  }

  /** The name from outside that a label stands for, if it stands for one. */
  outsideName(label: number): string | undefined {
    return this.#names.outsideName(label);
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
    return this.#nodeFlags.at(id);
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
    const nodes = this.#nodesIn(object);
    const external = this.#names.knownNodes(object);
    // Where the edges of each reference begin, if it matters: most have one.
    const edges: number[] = [];
    for (let index = start; index < end; index++) {
      if (hasHandoffs) edges.push(this.#targets.length);
      const reference = references[index]!;
      const known = reference >= 0 ? nodes[reference]! : external[~reference]!;
      if (known > 0) {
        this.#addEdge(known - 1, 0);
      } else if (reference >= 0) {
        this.#addEdge(this.#addNode(object, reference, nodes), 0);
      } else {
        const meaning = this.#names.meaning(object, ~reference);
        for (let at = 0; at < meaning.length; at += 2)
          this.#addEdge(meaning[at]!, meaning[at + 1]!);
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

  #addEdge(target: number, label: number): void {
    this.#targets.push(target);
    this.#edgeLabels.push(label);
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
