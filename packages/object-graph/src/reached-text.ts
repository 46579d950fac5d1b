import type { ClassTable } from './class-table';
import { DIGEST_WORDS } from './object-table';
import type { PlaceLists } from './place-lists';
import type { WordedGraph } from './reached-classes';
import { WordDigest } from './word-digest';

/** Collects, in words, what nodes reach: the text that is digested. */
export class ReachedText {
  readonly #graph: WordedGraph;
  readonly #classes: ClassTable;
  readonly #places: PlaceLists;
  readonly #classOf: Int32Array;
  readonly #digest = new WordDigest();

  /** @param classOf Per node, its class, as it is found. */
  constructor(graph: WordedGraph, classes: ClassTable, places: PlaceLists, classOf: Int32Array) {
    this.#graph = graph;
    this.#classes = classes;
    this.#places = places;
    this.#classOf = classOf;
  }

  /**
   * Adds what a node says: its content, and each reference.
   *
   * @param list The places that were met before.
   * @param within Of a target on the same cycle, the number that stands for it; undefined for others.
   * @returns The list of places, with those of the node added.
   */
  addNode(node: number, list: number, within?: (target: number) => number | undefined): number {
    const digest = this.#digest;
    const { contents, places, labels, labelWords, first, targets } = this.#graph;
    digest.addAll(contents, node * DIGEST_WORDS, (node + 1) * DIGEST_WORDS);
    let joined = list;
    if (places[node] === 1) {
      digest.add(PLACE);
      joined = this.#addPlaces(this.#places.of(node), joined);
    }
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      const target = targets[edge]!;
      const label = labels[edge]!;
      if (label !== 0) {
        digest.add(LABEL);
        digest.addAll(labelWords, label * DIGEST_WORDS, (label + 1) * DIGEST_WORDS);
      }
      if (target < 0) {
        digest.add(OUTSIDE);
        continue;
      }
      const number = within?.(target);
      if (number === undefined) {
        joined = this.addTarget(this.#classOf[target]!, joined);
      } else {
        digest.add(WITHIN);
        digest.add(number);
      }
    }
    return joined;
  }

  /** Adds a class that something leads to, and its places to a list. */
  addTarget(group: number, list: number): number {
    const { digests, lists } = this.#classes;
    this.#digest.add(TARGET);
    this.#digest.addAll(digests.items, group * DIGEST_WORDS, (group + 1) * DIGEST_WORDS);
    return this.#addPlaces(lists.at(group), list);
  }

  /** Adds a place in the text of a cycle. */
  addOrdinal(words: Int32Array, ordinal: number): void {
    this.#digest.add(CYCLE);
    this.#digest.addAll(words);
    this.#digest.add(ordinal);
  }

  /** Adds a text, a word for each character. */
  addCharacters(text: string): void {
    for (let at = 0; at < text.length; at++) this.#digest.add(text.charCodeAt(at));
  }

  /** Four words of a digest of all that was added since the last one. */
  digestTo(target: Int32Array, at: number): void {
    this.#digest.digestTo(target, at);
  }

  /** The same in hexadecimal, in full. */
  hex(): string {
    return this.#digest.hex();
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
}

/** Words before the parts of a text, so that each can be told. */
const LABEL = -1;
const OUTSIDE = -2;
const WITHIN = -3;
const TARGET = -4;
const POSITIONS = -5;
const PLACE = -6;
const CYCLE = -7;
