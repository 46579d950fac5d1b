import { DIGEST_WORDS } from './object-table';
import type { WordedGraph } from './reached-classes';
import type { ReachedText } from './reached-text';

/** Per class of a cycle, four words of its digest, and the list of the places that it reaches. */
export interface CycleDigest {
  readonly words: Int32Array;
  readonly lists: Int32Array;
}

/**
 * Digests the classes of a cycle: one text for all, written by a walk from a
 * class that can be told without names, and then each by its place in it. If
 * walks from several classes give that text, the cycle looks the same from
 * each of them, and a class counts by its first place in any of these walks.
 */
export class CycleDigests {
  readonly #graph: WordedGraph;
  readonly #text: ReachedText;
  /** Per node, the number of its block plus 1, while it's on the cycle that is looked at. */
  readonly #blocks: Int32Array;
  /** Whether places of any cycle so far could be listed in more than one order. */
  isAmbiguous = false;

  constructor(graph: WordedGraph, text: ReachedText) {
    this.#graph = graph;
    this.#text = text;
    this.#blocks = new Int32Array(graph.size);
  }

  /**
   * @param component The nodes of the cycle.
   * @param blocks Per node of it, its class.
   * @param members Per class, one of its nodes.
   */
  digest(component: Int32Array, blocks: Int32Array, members: readonly number[]): CycleDigest {
    component.forEach((node, index) => (this.#blocks[node] = blocks[index]! + 1));
    const digests = this.#digestBlocks(members);
    for (const node of component) this.#blocks[node] = 0;
    return digests;
  }

  #digestBlocks(members: readonly number[]): CycleDigest {
    let best: WalkedCycle[] = [];
    for (const start of this.#startsOf(members)) {
      const walked = this.#walk(start, members);
      const order = best.length === 0 ? -1 : compareWords(walked.words, best[0]!.words);
      if (order < 0) best = [walked];
      else if (order === 0) best.push(walked);
    }
    if (best.some(({ list }) => list !== best[0]!.list)) this.isAmbiguous = true;
    const words = new Int32Array(members.length * DIGEST_WORDS);
    const lists = new Int32Array(members.length);
    for (let block = 0; block < members.length; block++) {
      let first = best[0]!;
      for (const walked of best)
        if (walked.ordinals[block]! < first.ordinals[block]!) first = walked;
      this.#text.addOrdinal(first.words, first.ordinals[block]!);
      this.#text.digestTo(words, block * DIGEST_WORDS);
      lists[block] = first.list;
    }
    return { words, lists };
  }

  #walk(start: number, members: readonly number[]): WalkedCycle {
    const { first, targets } = this.#graph;
    const ordinals = new Int32Array(members.length).fill(-1);
    const order = new Int32Array(members.length);
    ordinals[start] = 0;
    order[0] = start;
    // In the order in which references meet them, which is the same in every link.
    for (let at = 0, met = 1; at < met; at++) {
      const node = members[order[at]!]!;
      for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
        const target = this.#blockOf(targets[edge]!);
        if (target < 0 || ordinals[target]! >= 0) continue;
        ordinals[target] = met;
        order[met++] = target;
      }
    }
    let list = 0;
    const within = (target: number): number | undefined => {
      const block = this.#blockOf(target);
      return block < 0 ? undefined : ordinals[block]!;
    };
    for (const block of order) list = this.#text.addNode(members[block]!, list, within);
    const words = new Int32Array(DIGEST_WORDS);
    this.#text.digestTo(words, 0);
    return { words, ordinals, list };
  }

  /**
   * The classes of a cycle that stand out most: of what few of them look like.
   * Looks are compared from further and further away until one stands out alone,
   * or nothing is gained.
   */
  #startsOf(members: readonly number[]): readonly number[] {
    const { first, targets } = this.#graph;
    const unnumbered = (target: number): number | undefined =>
      this.#blockOf(target) < 0 ? undefined : -1;
    let looks = members.map((node) => {
      this.#text.addNode(node, 0, unnumbered);
      return this.#text.hex();
    });
    let starts = rarest(looks);
    for (let round = 0; round < MOST_ROUNDS && starts.length > 1; round++) {
      const next = members.map((node, block) => {
        let text = looks[block]!;
        for (let edge = first[node]!; edge < first[node + 1]!; edge++)
          text += ` ${looks[this.#blockOf(targets[edge]!)] ?? ''}`;
        this.#text.addCharacters(text);
        return this.#text.hex();
      });
      const isSettled = new Set(next).size === new Set(looks).size;
      looks = next;
      starts = rarest(looks);
      if (isSettled) break;
    }
    return starts;
  }

  /** The class of a node on the cycle that is looked at; -1 for any other. */
  #blockOf(target: number): number {
    return target < 0 ? -1 : this.#blocks[target]! - 1;
  }
}

/** What a walk of a cycle's classes found. */
interface WalkedCycle {
  /** Digest of its text. */
  readonly words: Int32Array;
  /** Per class, as the how manieth it was met. */
  readonly ordinals: Int32Array;
  /** The places that they reach. */
  readonly list: number;
}

/** Beyond so many rounds, all that still look alike are tried. */
const MOST_ROUNDS = 64;

/** Those whose look fewest have, and of such looks the least. */
function rarest(looks: readonly string[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const look of looks) counts.set(look, (counts.get(look) ?? 0) + 1);
  let rare = '';
  let least = Infinity;
  for (const [look, count] of counts) {
    if (count > least || (count === least && look > rare)) continue;
    rare = look;
    least = count;
  }
  return [...looks.keys()].filter((block) => looks[block] === rare);
}

function compareWords(a: Int32Array, b: Int32Array): number {
  const at = a.findIndex((word, index) => word !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
