import { Int32List } from './growing-array';
import { Handoffs } from './handoffs';
import type { LinkedObject } from './linked-program';
import type { Meaning } from './name-meanings';

/** What the references of pieces are resolved by. */
export interface ReferencedNodes {
  /** Per piece of an object, the node plus 1; 0 for one that is none yet. */
  nodesIn(object: LinkedObject): Int32Array;
  /** Makes a piece of an object a node. */
  addNode(object: LinkedObject, piece: number): number;
  /** Per external name of an object, the node that it is known to stand for, plus 1. */
  knownNodes(object: LinkedObject): Int32Array;
  /** What any other external name stands for. @throws {ObjectGraphError} for a name that nothing defines. */
  meaning(object: LinkedObject, external: number): Meaning;
}

/** References of pieces, resolved, one row after another. */
export class ReferenceRows {
  /** Per row, where its references begin; one more at the end. */
  readonly first: Int32List;
  readonly targets: Int32List;
  readonly labels: Int32List;
  readonly #handoffs = new Int32List();
  readonly #nodes: ReferencedNodes;

  /** @param rows How many rows to expect; more may come. @param references The same of references. */
  constructor(nodes: ReferencedNodes, rows: number, references: number) {
    this.#nodes = nodes;
    this.first = new Int32List(rows + 1);
    this.targets = new Int32List(references);
    this.labels = new Int32List(references);
    this.first.push(0);
  }

  get handoffs(): Handoffs {
    return new Handoffs(this.#handoffs.items, this.#handoffs.length);
  }

  /** Adds the row of a piece. */
  read(object: LinkedObject, piece: number): void {
    const { references, firstReferences, handoffs } = object.table;
    const start = firstReferences[piece]!;
    const end = firstReferences[piece + 1]!;
    let handoff = handoffs.length === 0 ? 0 : new Handoffs(handoffs).from(start);
    const hasHandoffs = handoff < handoffs.length && handoffs[handoff]! < end;
    const nodes = this.#nodes.nodesIn(object);
    const external = this.#nodes.knownNodes(object);
    // Where the edges of each reference begin, if it matters: most have one.
    const edges: number[] = [];
    for (let index = start; index < end; index++) {
      if (hasHandoffs) edges.push(this.targets.length);
      const reference = references[index]!;
      const known = reference >= 0 ? nodes[reference]! : external[~reference]!;
      if (known > 0) {
        this.#addEdge(known - 1, 0);
      } else if (reference >= 0) {
        this.#addEdge(this.#nodes.addNode(object, reference), 0);
      } else {
        const meaning = this.#nodes.meaning(object, ~reference);
        for (let at = 0; at < meaning.length; at += 2)
          this.#addEdge(meaning[at]!, meaning[at + 1]!);
      }
    }
    this.first.push(this.targets.length);
    if (!hasHandoffs) return;
    edges.push(this.targets.length);
    for (; handoff < handoffs.length && handoffs[handoff]! < end; handoff += 3) {
      const at = handoffs[handoff]! - start;
      const called = handoffs[handoff + 1]! - start;
      const first = edges[called]!;
      const end = edges[called + handoffs[handoff + 2]!]!;
      for (let edge = edges[at]!; edge < edges[at + 1]!; edge++) {
        // Of a location in the middle of a piece nothing is known.
        if (this.labels.at(edge) !== 0) continue;
        this.#handoffs.push(edge);
        this.#handoffs.push(first);
        this.#handoffs.push(end);
      }
    }
  }

  #addEdge(target: number, label: number): void {
    this.targets.push(target);
    this.labels.push(label);
  }
}
