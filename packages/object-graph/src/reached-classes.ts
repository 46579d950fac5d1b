import { ClassTable } from './class-table';
import { CycleCopies } from './cycle-copies';
import { CycleDigests } from './cycle-digests';
import { Int32List } from './growing-array';
import { mix } from './mix';
import { DIGEST_WORDS } from './object-table';
import { PlaceLists } from './place-lists';
import { ReachedText } from './reached-text';
import { refinePartition } from './refine-partition';
import { strongComponents } from './strong-components';

/** A directed graph with ordered references, in words that are equal in every link. */
export interface WordedGraph {
  /** Number of nodes. */
  readonly size: number;
  /** Per node, where its references begin in `targets`; one more at the end. */
  readonly first: Int32Array;
  /** Nodes; negative for what lies outside. */
  readonly targets: Int32Array;
  /** Per reference, what it says besides its target: an index into `labelWords`; 0 for nothing. */
  readonly labels: Int32Array;
  /** Per node, {@link DIGEST_WORDS} words of its content. */
  readonly contents: Int32Array;
  /** Per node, 1 for a place: it's another thing than others of equal content. */
  readonly places: Uint8Array;
  /** Per label, {@link DIGEST_WORDS} words. */
  readonly labelWords: Int32Array;
}

/** What was found out about a graph, of which a part may have changed since. */
export interface KnownClasses {
  /** Per node, its class; -1 where that is not known. */
  readonly of: Int32Array;
  /** Per class, {@link DIGEST_WORDS} words. */
  readonly digests: Int32Array;
  /** Per class, the number of its list in `places`. */
  readonly lists: Int32Array;
  /** Per class, 1 if it leads to itself. */
  readonly cyclic: Int32Array;
  /** Lists of nodes that are places; the first one is empty. */
  readonly places: readonly Int32Array[];
}

/**
 * Sorts nodes into classes that behave alike: equal contents, and references that
 * lead, one by one, with equal labels, to nodes of equal classes (bisimulation),
 * each place being a class of its own. Names play no part, so a function that the
 * compiler emitted twice is one class.
 *
 * Each class is digested once, however many nodes reach it: a Merkle hash over the
 * components of mutually reachable classes. Two digests are equal exactly when what
 * the classes reach is the same up to renaming.
 *
 * Places, such as statics, have no name either, and yet it matters whether two
 * functions write the same one. So a class comes with the list of places that
 * it reaches, in the order in which a walk meets them, and its digest tells of
 * each reference which places of the target's list are which of its own: as
 * bound variables are told apart by their position in terms without names. Digest
 * and list together tell classes apart, also those of a graph that was known before.
 *
 * Components are taken in an order in which all that they lead to is known.
 * Within one, classes are refined by Hopcroft's method, unless it is a copy of one before.
 */
export class ReachedClasses {
  /** Per node, its class; -1 for what the starts do not reach. */
  readonly of: Int32Array;
  readonly #graph: WordedGraph;
  readonly #classes: ClassTable;
  readonly #places: PlaceLists;
  readonly #text: ReachedText;
  readonly #cycles: CycleDigests;
  readonly #copies: CycleCopies;
  readonly #words = new Int32Array(DIGEST_WORDS);
  readonly #scratch: Int32Array;
  /** Nodes, plus 1, by content and by the classes that their references lead to. */
  #slots = new Int32Array(1 << 12);
  readonly #slotted = new Int32List(1 << 10);

  /**
   * @param starts The nodes that are asked about; they and what they reach get classes.
   * @param known Classes of nodes all of whose reached part is as it was. Default: of none.
   */
  constructor(graph: WordedGraph, starts: Iterable<number>, known?: KnownClasses) {
    this.#graph = graph;
    this.of = new Int32Array(graph.size).fill(-1);
    this.#scratch = new Int32Array(graph.size);
    // A node may be like one on a cycle without being on it, which shows by its references only.
    if (known !== undefined)
      for (let node = 0; node < known.of.length; node++)
        if (known.of[node]! >= 0 && known.cyclic[known.of[node]!] === 0)
          this.of[node] = known.of[node]!;
    this.#classes = new ClassTable(known);
    this.#places = new PlaceLists(known?.places);
    this.#text = new ReachedText(graph, this.#classes, this.#places, this.of);
    this.#cycles = new CycleDigests(graph, this.#text);
    this.#copies = new CycleCopies(graph, this.of);
    const { first, targets } = graph;
    const components = strongComponents(graph.size, first, targets, { starts, known: this.of });
    for (let component = 0; component < components.count; component++) {
      const nodes = components.nodes.subarray(
        components.first[component],
        components.first[component + 1],
      );
      if (nodes.length > 1 || this.#refersToItself(nodes[0]!)) this.#addCycle(nodes);
      else this.#addNode(nodes[0]!);
    }
  }

  /**
   * What a class reaches could be told in ways that other links may not choose. Fingerprints
   * are as sound, but a copy of the graph with other numbers may have others.
   */
  get isAmbiguous(): boolean {
    return this.#cycles.isAmbiguous;
  }

  /** What is known now, to be used again. */
  get known(): KnownClasses {
    return {
      of: this.of,
      digests: this.#classes.digests.toArray(),
      lists: this.#classes.lists.toArray(),
      cyclic: this.#classes.cyclic.toArray(),
      places: this.#places.all,
    };
  }

  /**
   * A digest of all that some nodes reach together, in hexadecimal.
   *
   * @param nodes Some that the starts reach. Their order counts.
   */
  digest(nodes: readonly number[]): string {
    let list = 0;
    for (const node of nodes) list = this.#text.addTarget(this.of[node]!, list);
    return this.#text.hex();
  }

  #refersToItself(node: number): boolean {
    const { first, targets } = this.#graph;
    for (let edge = first[node]!; edge < first[node + 1]!; edge++)
      if (targets[edge] === node) return true;
    return false;
  }

  #addNode(node: number): void {
    const isPlace = this.#graph.places[node] === 1;
    const slot = isPlace ? -1 : this.#slotOf(node);
    const alike = slot < 0 ? 0 : this.#slots[slot]!;
    if (alike > 0) {
      this.of[node] = this.of[alike - 1]!;
      return;
    }
    const list = this.#text.addNode(node, 0);
    this.#text.digestTo(this.#words, 0);
    this.of[node] = this.#classes.intern(this.#words, 0, list, false);
    if (slot >= 0) this.#occupy(slot, node);
  }

  #addCycle(component: Int32Array): void {
    const matching = this.#copies.find(component);
    if (matching !== undefined) {
      for (const [node, known] of matching) this.of[node] = known;
      return;
    }
    const blocks = refinePartition(this.#graph, component, this.of, this.#scratch);
    const members: number[] = [];
    component.forEach((node, index) => (members[blocks[index]!] ??= node));
    const { words, lists } = this.#cycles.digest(component, blocks, members);
    const numbers = new Int32Array(members.length);
    for (let block = 0; block < members.length; block++)
      numbers[block] = this.#classes.intern(words, block * DIGEST_WORDS, lists[block]!, true);
    component.forEach((node, index) => (this.of[node] = numbers[blocks[index]!]!));
    this.#copies.add(members);
    // A copy that leads into the cycle without being on it is the same function too.
    for (const node of members) {
      if (this.#graph.places[node] === 1) continue;
      const slot = this.#slotOf(node);
      if (this.#slots[slot] === 0) this.#occupy(slot, node);
    }
  }

  #occupy(slot: number, node: number): void {
    this.#slots[slot] = node + 1;
    this.#slotted.push(node);
    if (this.#slotted.length * 2 > this.#slots.length) this.#grow();
  }

  #slotOf(node: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(node) & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]!;
      if (known === 0 || this.#areAlike(node, known - 1)) return slot;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    const mask = this.#slots.length - 1;
    for (let at = 0; at < this.#slotted.length; at++) {
      const node = this.#slotted.at(at);
      let slot = this.#hash(node) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = node + 1;
    }
  }

  #hash(node: number): number {
    const { first, targets, labels, contents } = this.#graph;
    let hash = mix(contents[node * DIGEST_WORDS]!, first[node + 1]! - first[node]!);
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const target = targets[edge]!;
      hash = mix(hash, target < 0 ? -1 : this.of[target]!);
      if (labels[edge] !== 0) hash = mix(hash, labels[edge]!);
    }
    return hash ^ (hash >>> 16);
  }

  /** Whether two nodes that are no places, and all of whose targets have classes, are of one class. */
  #areAlike(node: number, other: number): boolean {
    const { first, targets, labels, contents } = this.#graph;
    const count = first[node + 1]! - first[node]!;
    if (first[other + 1]! - first[other]! !== count) return false;
    for (let word = 0; word < DIGEST_WORDS; word++)
      if (contents[node * DIGEST_WORDS + word] !== contents[other * DIGEST_WORDS + word])
        return false;
    for (let index = 0; index < count; index++) {
      const [edge, otherEdge] = [first[node]! + index, first[other]! + index];
      if (labels[edge] !== labels[otherEdge]) return false;
      const [target, otherTarget] = [targets[edge]!, targets[otherEdge]!];
      if (target === otherTarget) continue;
      if (target < 0 || otherTarget < 0) return false;
      if (this.of[target] !== this.of[otherTarget]) return false;
    }
    return true;
  }
}
