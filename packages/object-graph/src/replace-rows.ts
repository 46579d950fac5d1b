import { Int32List } from './growing-array';
import { Handoffs } from './handoffs';
import type { References } from './piece-graph';
import type { ReferenceRows } from './reference-rows';

/** References of which some rows were replaced. */
export interface ReplacedRows {
  readonly references: References;
  readonly handoffs: Handoffs;
  /** Per replaced row, 1 if it says anything else than before; of new nodes, 0. */
  readonly isOther: Uint8Array;
}

/**
 * Replaces the references of some nodes.
 *
 * @param old All of them, and the triples of `Handoffs`.
 * @param size Number of nodes, new ones included.
 * @param nodes Those whose references are replaced, or added: all new ones are among them.
 * @param rows Their references, in the same order.
 */
export function replaceRows(
  old: References & { readonly handoffs: Int32Array },
  size: number,
  nodes: readonly number[],
  rows: ReferenceRows,
): ReplacedRows {
  const known = old.first.length - 1;
  const rowOf = new Map(nodes.map((node, row) => [node, row]));
  const edges = old.targets.length + rows.targets.length;
  const first = new Int32Array(size + 1);
  const targets = new Int32Array(edges);
  const labels = new Int32Array(edges);
  const handoffs = new Int32List(old.handoffs.length + 64);
  const add = (triples: Int32Array, at: number, shift: number): void => {
    for (let part = at; part < at + 3; part++) handoffs.push(triples[part]! + shift);
  };
  const isOther = new Uint8Array(nodes.length);
  const oldHandoffs = old.handoffs;
  let handoff = 0;
  let used = 0;
  const copy = (from: References, start: number, end: number): void => {
    targets.set(from.targets.subarray(start, end), used);
    labels.set(from.labels.subarray(start, end), used);
    used += end - start;
  };
  const replacing: References = {
    first: rows.first.items,
    targets: rows.targets.items,
    labels: rows.labels.items,
  };
  const order = [...nodes].sort((a, b) => a - b);
  let node = 0;
  for (const replaced of [...order, size]) {
    // What stays the same is copied at once.
    const last = Math.min(replaced, known);
    if (node < last) {
      const shift = used - old.first[node]!;
      for (let id = node; id < last; id++) first[id] = old.first[id]! + shift;
      for (; oldHandoffs[handoff]! < old.first[last]!; handoff += 3)
        add(oldHandoffs, handoff, shift);
      copy(old, old.first[node]!, old.first[last]!);
    }
    if (replaced === size) break;
    const row = rowOf.get(replaced)!;
    first[replaced] = used;
    const start = replacing.first[row]!;
    const end = replacing.first[row + 1]!;
    const shift = used - start;
    const own: number[] = [];
    const { triples } = rows.handoffs;
    for (let at = rows.handoffs.from(start); triples[at]! < end; at += 3) {
      add(triples, at, shift);
      for (let part = at; part < at + 3; part++) own.push(triples[part]! - start);
    }
    if (replaced < known) {
      const oldStart = old.first[replaced]!;
      const was: number[] = [];
      for (; oldHandoffs[handoff]! < old.first[replaced + 1]!; handoff += 3)
        for (let part = 0; part < 3; part++) was.push(oldHandoffs[handoff + part]! - oldStart);
      isOther[row] = isRowOther(old, replaced, replacing, row) || was.join() !== own.join() ? 1 : 0;
    }
    copy(replacing, start, end);
    node = replaced + 1;
  }
  first[size] = used;
  return {
    references: { first, targets, labels },
    handoffs: new Handoffs(handoffs.items, handoffs.length),
    isOther,
  };
}

function isRowOther(old: References, node: number, now: References, row: number): boolean {
  const start = old.first[node]!;
  const other = now.first[row]!;
  const count = old.first[node + 1]! - start;
  if (now.first[row + 1]! - other !== count) return true;
  for (let at = 0; at < count; at++) {
    if (old.targets[start + at] !== now.targets[other + at]) return true;
    if (old.labels[start + at] !== now.labels[other + at]) return true;
  }
  return false;
}
