import type { Classes, LabelledGraph } from './equivalence';
import { DIGEST_WORDS } from './object-table';
import { PlaceLists } from './place-lists';
import { strongComponents } from './strong-components';
import type { Components } from './strong-components';
import { WordDigest } from './word-digest';

/** What nodes and references say, in words that are equal in every link. */
export interface Wording {
  /** Per node, {@link DIGEST_WORDS} words of its content. */
  readonly contents: Int32Array;
  /** Per node, 1 for a place: it's another thing than others of equal content. */
  readonly places: Uint8Array;
  /** Per label, {@link DIGEST_WORDS} words. */
  readonly labels: Int32Array;
}

/**
 * Digests, for classes of nodes, all that each reaches: a Merkle hash over the
 * components of mutually reachable classes. Each class is digested once,
 * however many roots reach it. Two digests are equal exactly when what the
 * classes reach is the same up to renaming.
 *
 * Places, such as statics, have no name either, and yet it matters whether two
 * functions write the same one. So a class comes with the list of places that
 * it reaches, in the order in which a walk meets them, and its digest tells of
 * each reference which places of the target's list are which of its own: as
 * bound variables are told apart by their position in terms without names.
 */
export class ClassDigests {
  readonly #graph: LabelledGraph;
  readonly #wording: Wording;
  readonly #classes: Classes;
  /** Edges between classes: those of one member each. */
  readonly #first: Int32Array;
  readonly #targets: Int32Array;
  readonly #components: Components;
  /** Per class, the words of its digest, and the list of its places. */
  readonly #digests: Int32Array;
  readonly #lists: Int32Array;
  readonly #places = new PlaceLists();
  readonly #digest = new WordDigest();

  constructor(graph: LabelledGraph, classes: Classes, wording: Wording) {
    this.#graph = graph;
    this.#wording = wording;
    this.#classes = classes;
    const count = classes.members.length;
    this.#first = new Int32Array(count + 1);
    classes.members.forEach((member, index) => {
      const edges = graph.first[member + 1]! - graph.first[member]!;
      this.#first[index + 1] = this.#first[index]! + edges;
    });
    this.#targets = new Int32Array(this.#first[count]!);
    classes.members.forEach((member, index) => {
      for (let edge = graph.first[member]!, at = this.#first[index]!; ; edge++, at++) {
        if (edge === graph.first[member + 1]) break;
        const target = graph.targets[edge]!;
        this.#targets[at] = target < 0 ? -1 : classes.of[target]!;
      }
    });
    this.#components = strongComponents(count, this.#first, this.#targets);
    this.#digests = new Int32Array(count * DIGEST_WORDS);
    this.#lists = new Int32Array(count);
    for (let component = 0; component < this.#components.count; component++) {
      const members = this.#components.nodes.subarray(
        this.#components.first[component],
        this.#components.first[component + 1],
      );
      if (members.length === 1 && !this.#isOnItself(members[0]!)) this.#digestOne(members[0]!);
      else this.#digestCycle(members);
    }
  }

  /**
   * A digest of all that some nodes reach together, in hexadecimal.
   *
   * @param nodes Their order counts.
   */
  of(nodes: readonly number[]): string {
    let list = 0;
    for (const node of nodes) list = this.#addTarget(this.#classes.of[node]!, list);
    return this.#digest.hex();
  }

  #isOnItself(group: number): boolean {
    for (let edge = this.#first[group]!; edge < this.#first[group + 1]!; edge++)
      if (this.#targets[edge] === group) return true;
    return false;
  }

  #digestOne(group: number): void {
    const list = this.#addClass(group, 0, -1, UNNUMBERED);
    this.#lists[group] = list;
    this.#digest.digestTo(this.#digests, group * DIGEST_WORDS);
  }

  /**
   * Adds what a class says to the words: its content, and each reference. Of
   * targets within a component only the ordinal is said.
   *
   * @returns The list of places, with those of the class added.
   */
  #addClass(
    group: number,
    list: number,
    component: number,
    ordinals: ReadonlyMap<number, number>,
  ): number {
    const digest = this.#digest;
    const node = this.#classes.members[group]!;
    const { contents, places, labels } = this.#wording;
    digest.addAll(contents, node * DIGEST_WORDS, (node + 1) * DIGEST_WORDS);
    let joined = list;
    if (places[node] === 1) {
      digest.add(PLACE);
      joined = this.#addPlaces(this.#places.of(group), joined);
    }
    const firstEdge = this.#graph.first[node]!;
    for (let edge = this.#first[group]!, at = firstEdge; edge < this.#first[group + 1]!;) {
      const target = this.#targets[edge++]!;
      const label = this.#graph.labels[at++]!;
      if (label !== 0) {
        digest.add(LABEL);
        digest.addAll(labels, label * DIGEST_WORDS, (label + 1) * DIGEST_WORDS);
      }
      if (target < 0) digest.add(OUTSIDE);
      else if (component >= 0 && this.#components.of[target] === component) {
        digest.add(WITHIN);
        digest.add(ordinals.get(target) ?? -1);
      } else joined = this.#addTarget(target, joined);
    }
    return joined;
  }

  #addTarget(group: number, list: number): number {
    this.#digest.add(TARGET);
    this.#digest.addAll(this.#digests, group * DIGEST_WORDS, (group + 1) * DIGEST_WORDS);
    return this.#addPlaces(this.#lists[group]!, list);
  }

  #addPlaces(own: number, list: number): number {
    const joined = this.#places.join(list, own);
    if (joined.positions !== undefined) {
      this.#digest.add(POSITIONS);
      this.#digest.add(joined.positions.length);
      this.#digest.addAll(joined.positions);
    }
    return joined.list;
  }

  /**
   * Digests the classes of a cycle: one text for all, written by a walk from a
   * class that can be told without names, and then each by its place in it. If
   * walks from several classes give that text, the cycle looks the same from
   * each of them, and a class counts by its first place in any of these walks.
   */
  #digestCycle(members: Int32Array): void {
    const component = this.#components.of[members[0]!]!;
    let best: WalkedCycle[] = [];
    for (const start of this.#startsOf(members, component)) {
      const walked = this.#walk(start, component);
      const order = best.length === 0 ? -1 : compareWords(walked.words, best[0]!.words);
      if (order < 0) best = [walked];
      else if (order === 0) best.push(walked);
    }
    const places = new Map<number, readonly [ordinal: number, walked: WalkedCycle]>();
    for (const walked of best) {
      walked.order.forEach((group, ordinal) => {
        const known = places.get(group);
        if (known === undefined || ordinal < known[0]) places.set(group, [ordinal, walked]);
      });
    }
    for (const [group, [ordinal, { words, list }]] of places) {
      this.#lists[group] = list;
      this.#digest.add(CYCLE);
      this.#digest.addAll(words);
      this.#digest.add(ordinal);
      this.#digest.digestTo(this.#digests, group * DIGEST_WORDS);
    }
  }

  #walk(start: number, component: number): WalkedCycle {
    const ordinals = new Map<number, number>([[start, 0]]);
    const order = [start];
    // In the order in which references meet them, which is the same in every link.
    for (const group of order) {
      for (let edge = this.#first[group]!; edge < this.#first[group + 1]!; edge++) {
        const target = this.#targets[edge]!;
        if (target < 0 || this.#components.of[target] !== component || ordinals.has(target))
          continue;
        ordinals.set(target, order.push(target) - 1);
      }
    }
    let list = 0;
    for (const group of order) list = this.#addClass(group, list, component, ordinals);
    const words = new Int32Array(DIGEST_WORDS);
    this.#digest.digestTo(words, 0);
    return { words, order, list };
  }

  /**
   * The classes of a cycle that stand out most: of what few of them look like.
   * Looks are compared from further and further away until one stands out alone,
   * or nothing is gained.
   */
  #startsOf(members: Int32Array, component: number): readonly number[] {
    let looks = new Map<number, string>();
    for (const group of members) {
      this.#addClass(group, 0, component, UNNUMBERED);
      looks.set(group, this.#digest.hex());
    }
    let starts = rarest(looks);
    for (let round = 0; round < MOST_ROUNDS && starts.length > 1; round++) {
      const next = new Map<number, string>();
      for (const group of members) {
        let text = looks.get(group)!;
        for (let edge = this.#first[group]!; edge < this.#first[group + 1]!; edge++)
          text += ` ${looks.get(this.#targets[edge]!) ?? ''}`;
        this.#digest.addAll(wordsOf(text));
        next.set(group, this.#digest.hex());
      }
      const isSettled = new Set(next.values()).size === new Set(looks.values()).size;
      looks = next;
      starts = rarest(looks);
      if (isSettled) break;
    }
    return starts;
  }
}

/** What a walk of a cycle's classes found. */
interface WalkedCycle {
  /** Digest of its text. */
  readonly words: Int32Array;
  /** The classes, as they were met. */
  readonly order: readonly number[];
  /** The places that they reach. */
  readonly list: number;
}

const UNNUMBERED: ReadonlyMap<number, number> = new Map();
/** Beyond so many rounds, all that still look alike are tried. */
const MOST_ROUNDS = 64;

/** Words before the parts of a text, so that each can be told. */
const LABEL = -1;
const OUTSIDE = -2;
const WITHIN = -3;
const TARGET = -4;
const POSITIONS = -5;
const PLACE = -6;
const CYCLE = -7;

/** Those whose look fewest have, and of such looks the least. */
function rarest(looks: ReadonlyMap<number, string>): readonly number[] {
  const byLook = new Map<string, number[]>();
  for (const [group, look] of looks) {
    const others = byLook.get(look);
    if (others === undefined) byLook.set(look, [group]);
    else others.push(group);
  }
  const [[, starts]] = [...byLook].sort(
    ([look, a], [other, b]) => a.length - b.length || (look < other ? -1 : 1),
  ) as [[string, number[]]];
  return starts;
}

function compareWords(a: Int32Array, b: Int32Array): number {
  const at = a.findIndex((word, index) => word !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

function wordsOf(text: string): Int32Array {
  return Int32Array.from(text, (character) => character.charCodeAt(0));
}
