import { CannotPatch } from './cannot-patch';
import type { Executable } from './executable';
import { Int32List } from './growing-array';
import { Handoffs } from './handoffs';
import { incomingReferences } from './incoming-references';
import type { Incoming } from './incoming-references';
import type { ChangedFile, ChangedObject, KeyedLink } from './link-changes';
import type { LinkedObject } from './linked-program';
import type { LinkState } from './link-state';
import type { NameChanges } from './name-changes';
import { MENTION } from './name-mentions';
import { outsideName } from './name-meanings';
import { DIGEST_WORDS, PIECE, tableName } from './object-table';
import { PatchedNames } from './patched-names';
import { pairPieces } from './piece-pairs';
import type { PieceGraph, References } from './piece-graph';
import { NameList } from './name-list';
import { ReferenceRows } from './reference-rows';
import { replaceRows } from './replace-rows';

/**
 * The graph of a link as a state tells it, with the pieces of changed objects in
 * place of what they were. Pieces that stay what they were keep their nodes. What no
 * root reaches any more may still be there.
 */
export class PatchedGraph implements PieceGraph {
  readonly #state: LinkState;
  readonly #link: KeyedLink;
  readonly #names: PatchedNames;
  readonly #changes: NameChanges;
  /** Names of the members of archives that changed. */
  readonly #members: ReadonlyMap<number, string>;
  readonly #changed: ReadonlyMap<number, ChangedObject>;
  readonly #objects = new Map<number, LinkedObject>();
  readonly #nodeObjects: Int32List;
  readonly #nodePieces: Int32List;
  readonly #nodeFlags: Int32List;
  readonly #contents: Int32List;
  /** Per changed object and piece, the node plus 1. */
  readonly #nodes = new Map<number, Int32Array>();
  /** Nodes of changed objects whose references are read anew. */
  readonly #open: number[] = [];
  #references: References;
  #handoffs = new Handoffs(new Int32Array(0));
  #incoming: Incoming | undefined;

  /** @throws {CannotPatch} */
  constructor(
    state: LinkState,
    link: KeyedLink,
    files: readonly ChangedFile[],
    changes: NameChanges,
  ) {
    const objects = files.flatMap((file) => file.objects);
    this.#members = new Map(files.flatMap(({ members }) => [...members]));
    const { columns } = state;
    this.#state = state;
    this.#link = link;
    this.#changes = changes;
    this.#changed = new Map(objects.map((object) => [object.id, object]));
    this.#nodeObjects = Int32List.of(columns.nodeObjects);
    this.#nodePieces = Int32List.of(columns.nodePieces);
    this.#nodeFlags = Int32List.of(columns.nodeFlags);
    this.#contents = Int32List.of(columns.contents);
    this.#references = oldReferences(columns);
    this.#names = new PatchedNames(state, changes, link.executable, (object, piece) =>
      this.nodeOf(object, piece),
    );
    this.#takeOver(objects);
  }

  get size(): number {
    return this.#nodeObjects.length;
  }

  get references(): References {
    return this.#references;
  }

  get nodeFlags(): Int32Array {
    return this.#nodeFlags.items;
  }

  get handoffs(): Handoffs {
    return this.#handoffs;
  }

  get incoming(): Incoming {
    this.#incoming ??= incomingReferences(this.size, this.references);
    return this.#incoming;
  }

  get contents(): Int32Array {
    return this.#contents.items;
  }

  get labels(): readonly string[] {
    return this.#names.labels;
  }

  get executable(): Executable {
    return this.#link.executable;
  }

  get isStandardLibraryApart(): boolean {
    return this.#state.isStandardLibraryApart;
  }

  flags(id: number): number {
    return this.#nodeFlags.at(id);
  }

  isCode(id: number): boolean {
    return (this.flags(id) & PIECE.code) !== 0;
  }

  symbol(id: number): string {
    const table = this.#changed.get(this.#nodeObjects.at(id))?.after;
    return table === undefined
      ? this.#oldSymbol(id)
      : tableName(table, table.pieceNames[this.#nodePieces.at(id)]!);
  }

  section(id: number): string {
    const table = this.#changed.get(this.#nodeObjects.at(id))?.after;
    return table === undefined
      ? this.#state.sections[this.#state.columns.nodeSections[id]!]!
      : tableName(table, table.pieceSections[this.#nodePieces.at(id)]!);
  }

  bytes(id: number): number {
    const table = this.#changed.get(this.#nodeObjects.at(id))?.after;
    return table === undefined
      ? this.#state.columns.nodeSizes[id]!
      : table.pieceSizes[this.#nodePieces.at(id)]!;
  }

  object(id: number): ReturnType<PieceGraph['object']> {
    const number = this.#nodeObjects.at(id);
    let object = this.#facts[number];
    if (object === undefined) {
      const { file, member: known } = this.#state.objects[number]!;
      const member = this.#members.get(number) ?? known;
      const { name, optimized, isStandard, isWorkspace } = this.#link.files[file]!;
      const full = member === '' ? name : `${name}(${member})`;
      object = { name: full, optimized, isStandard, isWorkspace };
      this.#facts[number] = object;
    }
    return object;
  }

  readonly #facts: ReturnType<PieceGraph['object']>[] = [];

  outsideName(label: number): string | undefined {
    return outsideName(this.labels[label]!);
  }

  /** @throws {CannotPatch} for a name that the program defines itself. */
  nodesNamed(name: string): readonly number[] {
    const list = new NameList();
    const number = this.#changes.names.find(list.columns, list.add(name));
    if ((this.#state.columns.mentions[number * MENTION.stride + MENTION.definitions] ?? 0) > 0)
      throw new CannotPatch();
    return [];
  }

  /** The node of a piece of a changed object. */
  nodeOf(object: ChangedObject, piece: number): number {
    const known = this.#nodes.get(object.id)![piece]!;
    return known > 0 ? known - 1 : this.#addNode(this.#linkedObject(object), piece);
  }

  /** Whether a node is a piece of an object that changed. */
  isOfChanged(id: number): boolean {
    return this.#changed.has(this.#nodeObjects.at(id));
  }

  /** Says that a node is a test's descriptor, of which lines and columns do not count. */
  setDigest(id: number, digest: Int32Array): void {
    for (let word = 0; word < DIGEST_WORDS; word++)
      this.#contents.set(id * DIGEST_WORDS + word, digest[word]!);
  }

  /** A changed object as one of the link. */
  #linkedObject({ id, explicit, after }: ChangedObject): LinkedObject {
    let object = this.#objects.get(id);
    if (object === undefined) {
      const { name, optimized, isStandard, isWorkspace } =
        this.#link.files[this.#state.objects[id]!.file]!;
      object = { id, name, table: after, optimized, isStandard, isWorkspace, explicit };
      this.#objects.set(id, object);
    }
    return object;
  }

  /** Gives new pieces the nodes of those that they were. */
  #takeOver(objects: readonly ChangedObject[]): void {
    const oldNodes = new Map(objects.map(({ id }) => [id, new Map<number, number>()]));
    const { nodeObjects, nodePieces } = this.#state.columns;
    const isChanged = new Uint8Array(this.#state.objects.length);
    for (const { id } of objects) isChanged[id] = 1;
    for (let node = 0; node < nodeObjects.length; node++)
      if (isChanged[nodeObjects[node]!] === 1)
        oldNodes.get(nodeObjects[node]!)!.set(nodePieces[node]!, node);
    for (const object of objects) {
      const nodes = oldNodes.get(object.id)!;
      const oldOf = pairPieces(object, this.#changes.names, (piece) => nodes.has(piece));
      if (oldOf === undefined) throw new CannotPatch();
      const own = new Int32Array(oldOf.length);
      this.#nodes.set(object.id, own);
      oldOf.forEach((old, piece) => {
        if (old < 0) return;
        const node = nodes.get(old)!;
        own[piece] = node + 1;
        this.#describe(node, object.after, piece);
        this.#open.push(node);
      });
    }
  }

  #addNode(object: LinkedObject, piece: number): number {
    const node = this.size;
    this.#nodeObjects.push(object.id);
    this.#nodePieces.push(piece);
    this.#nodeFlags.push(0);
    for (let word = 0; word < DIGEST_WORDS; word++) this.#contents.push(0);
    this.#describe(node, object.table, piece);
    this.#nodes.get(object.id)![piece] = node + 1;
    this.#open.push(node);
    return node;
  }

  #describe(node: number, table: LinkedObject['table'], piece: number): void {
    if ((table.pieceFlags[piece]! & PIECE.failed) !== 0) throw new CannotPatch();
    this.#nodePieces.set(node, piece);
    this.#nodeFlags.set(node, table.pieceFlags[piece]!);
    this.setDigest(node, table.pieceDigests.subarray(piece * DIGEST_WORDS));
  }

  /**
   * Reads what the pieces of changed objects refer to, once all roots are nodes.
   *
   * @returns The nodes that are new, or say anything else than before.
   */
  read(): number[] {
    const rows = new ReferenceRows(
      {
        nodesIn: ({ id }) => this.#nodes.get(id)!,
        addNode: (object, piece) => this.#addNode(object, piece),
        knownNodes: (object) => this.#names.knownNodes(object),
        meaning: (object, external) => this.#names.meaning(object, external),
      },
      64,
      256,
    );
    for (const node of this.#open)
      rows.read(
        this.#linkedObject(this.#changed.get(this.#nodeObjects.at(node))!),
        this.#nodePieces.at(node),
      );
    const { columns } = this.#state;
    const old = { ...this.#references, handoffs: columns.handoffs };
    const replaced = replaceRows(old, this.size, this.#open, rows);
    this.#references = replaced.references;
    this.#handoffs = replaced.handoffs;
    const known = columns.nodeObjects.length;
    return this.#open.filter(
      (node, row) => node >= known || replaced.isOther[row] === 1 || !this.#isAsBefore(node),
    );
  }

  #isAsBefore(node: number): boolean {
    const { contents, nodeFlags, nodeSizes, nodeSections } = this.#state.columns;
    for (let word = node * DIGEST_WORDS; word < (node + 1) * DIGEST_WORDS; word++)
      if (contents[word] !== this.#contents.at(word)) return false;
    return (
      nodeFlags[node] === this.flags(node) &&
      nodeSizes[node] === this.bytes(node) &&
      this.#state.sections[nodeSections[node]!] === this.section(node) &&
      this.#oldSymbol(node) === this.symbol(node)
    );
  }

  #oldSymbol(node: number): string {
    const { nodeNames, names, firstNameWords, localNames, firstLocalNameWords } =
      this.#state.columns;
    const number = nodeNames[node]!;
    return number >= 0
      ? tableName({ names, firstNameWords }, number)
      : tableName({ names: localNames, firstNameWords: firstLocalNameWords }, -1 - number);
  }
}

function oldReferences({ first, targets, labelled }: LinkState['columns']): References {
  const labels = new Int32Array(targets.length);
  for (let at = 0; at < labelled.length; at += 2) labels[labelled[at]!] = labelled[at + 1]!;
  return { first, targets, labels };
}
