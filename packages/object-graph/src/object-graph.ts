import * as elf from './elf/constants';
import { ObjectGraphError } from './errors';
import type { Executable } from './executable';
import { Int32List } from './growing-array';
import type { Handoffs } from './handoffs';
import { incomingReferences } from './incoming-references';
import type { Incoming } from './incoming-references';
import type { Definition, LinkedObject, LinkedProgram } from './linked-program';
import { NameMeanings, OUTSIDE } from './name-meanings';
import { machineName } from './object-format';
import { DEFINITION, DIGEST_WORDS, ENTRY, PIECE, tableName } from './object-table';
import { targetsOf } from './piece-graph';
import type { PieceGraph, References } from './piece-graph';
import { named } from './read-file';
import { ReferenceRows } from './reference-rows';

export { OUTSIDE };

/**
 * The graph of pieces of a link, as far as it is reached from some roots. Every
 * reference of a piece resolves to a piece, to a name imported from a shared
 * library, or to a name that the linker makes; anything else is an error.
 */
export class ObjectGraph implements PieceGraph {
  readonly program: LinkedProgram;
  readonly #nodeObjects: Int32List;
  readonly #nodePieces: Int32List;
  readonly #nodeFlags: Int32List;
  /** Per object and piece, the node plus 1. */
  readonly #nodes: (Int32Array | undefined)[];
  /** Per node, the words of its digest. */
  readonly #contents: Int32List;
  readonly #rows: ReferenceRows;
  readonly #names: NameMeanings;
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
    this.#contents = new Int32List(pieces * DIGEST_WORDS);
    this.#nodes = new Array<undefined>(program.objects.length).fill(undefined);
    this.#names = new NameMeanings(program, (object, piece) => this.nodeOf(object, piece));
    const nodes = {
      nodesIn: (object: LinkedObject) => this.#nodesIn(object),
      addNode: (object: LinkedObject, piece: number) => this.#addNode(object, piece),
      knownNodes: (object: LinkedObject) => this.#names.knownNodes(object),
      meaning: (object: LinkedObject, external: number) => this.#names.meaning(object, external),
    };
    this.#rows = new ReferenceRows(nodes, pieces, references);
  }

  /** Number of nodes known so far. */
  get size(): number {
    return this.#nodeObjects.length;
  }

  /** The node of a piece. */
  nodeOf(object: LinkedObject, piece: number): number {
    const known = this.#nodesIn(object)[piece]!;
    return known > 0 ? known - 1 : this.#addNode(object, piece);
  }

  /** Per piece of an object, the node plus 1. */
  #nodesIn({ id, table }: LinkedObject): Int32Array {
    return (this.#nodes[id] ??= new Int32Array(table.pieceFlags.length));
  }

  #addNode(object: LinkedObject, piece: number): number {
    this.#nodeObjects.push(object.id);
    this.#nodePieces.push(piece);
    this.#nodeFlags.push(object.table.pieceFlags[piece]!);
    const { pieceDigests } = object.table;
    for (let word = 0; word < DIGEST_WORDS; word++)
      this.#contents.push(pieceDigests[piece * DIGEST_WORDS + word]!);
    this.#nodesIn(object)[piece] = this.size;
    return this.size - 1;
  }

  /** The nodes of some definitions; those of absolute values have none. */
  nodesOf(definitions: readonly Definition[]): number[] {
    return definitions.flatMap(({ object, row }) => {
      const piece = object.table.definitions[row * DEFINITION.stride + DEFINITION.piece]!;
      return piece < 0 ? [] : [this.nodeOf(object, piece)];
    });
  }

  /** Says that a node is a test's descriptor, of which lines and columns do not count. */
  setDigest(id: number, digest: Int32Array): void {
    for (let word = 0; word < DIGEST_WORDS; word++)
      this.#contents.set(id * DIGEST_WORDS + word, digest[word]!);
  }

  /** Reads all nodes that those known so far reach. @throws {ObjectGraphError} */
  readAll(): void {
    for (let id = this.#rows.first.length - 1; id < this.size; id++) this.#read(id);
  }

  /** The references of all nodes, once all are read. Not to be kept while more nodes are added. */
  get references(): References {
    return {
      first: this.#rows.first.items,
      targets: this.#rows.targets.items,
      labels: this.#rows.labels.items,
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
    return targetsOf(this, id);
  }

  /** The name from outside that a label stands for, if it stands for one. */
  outsideName(label: number): string | undefined {
    return this.#names.outsideName(label);
  }

  /** Names that a node takes from outside of the objects, in the order of its references. */
  outsideNames(id: number): string[] {
    const names: string[] = [];
    const { first, labels } = this.references;
    for (let edge = first[id]!; edge < first[id + 1]!; edge++) {
      const name = this.outsideName(labels[edge]!);
      if (name !== undefined) names.push(name);
    }
    return names;
  }

  get nodeFlags(): Int32Array {
    return this.#nodeFlags.items;
  }

  get handoffs(): Handoffs {
    return this.#rows.handoffs;
  }

  get executable(): Executable {
    return this.program.executable;
  }

  get isStandardLibraryApart(): boolean {
    // Optimised across crates (LTO), or built with the crate, the standard library's functions lose their names.
    const starts = this.program.entries(ENTRY.languageStart);
    return starts.length > 0 && starts.every(({ object }) => object.isStandard);
  }

  /** What names mean, as far as any reference asked. */
  get names(): NameMeanings {
    return this.#names;
  }

  /** The nodes that objects define by a name, as far as they are known. */
  nodesNamed(name: string): number[] {
    return this.program.resolveText(name).flatMap(({ object, row }) => {
      const piece = object.table.definitions[row * DEFINITION.stride + DEFINITION.piece]!;
      const known = piece < 0 ? 0 : (this.#nodes[object.id]?.[piece] ?? 0);
      return known === 0 ? [] : [known - 1];
    });
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

  /** Per node, {@link DIGEST_WORDS} words of its digest. Not to be kept while more nodes are added. */
  get contents(): Int32Array {
    return this.#contents.items;
  }

  #read(id: number): void {
    const object = this.object(id);
    const piece = this.piece(id);
    const { table } = object;
    if ((table.pieceFlags[piece]! & PIECE.failed) !== 0) {
      const { code, message } = table.errors.find((error) => error.piece === piece)!;
      throw new ObjectGraphError(code, named(message, object.name));
    }
    this.#rows.read(object, piece);
  }
}
