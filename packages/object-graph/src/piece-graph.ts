import type { Executable } from './executable';
import type { Handoffs } from './handoffs';
import type { LinkedObject } from './linked-program';
import type { Incoming } from './incoming-references';

/** References `[first, end)` of a node. */
export interface References {
  /** Per node, where its references begin in `targets`; one more at the end. */
  readonly first: Int32Array;
  /** What each reference leads to: a node, or -1 for what lies outside of the objects. */
  readonly targets: Int32Array;
  /** What it says besides: an index of `labels`; 0 for nothing. */
  readonly labels: Int32Array;
}

/** The pieces that some roots of a link reach, all of them read. */
export interface PieceGraph {
  /** Number of nodes. */
  readonly size: number;
  readonly references: References;
  /** Per node, those that refer to it. */
  readonly incoming: Incoming;
  /** Per node, the words of its digest. */
  readonly contents: Int32Array;
  /** What references say besides their targets; the first label says nothing. */
  readonly labels: readonly string[];
  /** References that hand a location to functions. */
  readonly handoffs: Handoffs;
  /** Per node, bits of `PIECE`. */
  readonly nodeFlags: Int32Array;
  readonly executable: Executable;
  /** Whether the standard library is code of its own, not compiled in with other code. */
  readonly isStandardLibraryApart: boolean;
  /** Bits of `PIECE`. */
  flags(id: number): number;
  isCode(id: number): boolean;
  /** The name of the function or static in a node; empty without one. */
  symbol(id: number): string;
  /** The section of a node, without the name of the function or static. */
  section(id: number): string;
  /** Size in bytes. */
  bytes(id: number): number;
  object(id: number): Pick<LinkedObject, 'name' | 'optimized' | 'isStandard' | 'isWorkspace'>;
  /** The name from outside that a label stands for, if it stands for one. */
  outsideName(label: number): string | undefined;
  /** The nodes that the objects of the link define by a name. */
  nodesNamed(name: string): readonly number[];
}

/** What a node refers to. */
export function targetsOf({ references: { first, targets } }: PieceGraph, id: number): number[] {
  return [...targets.subarray(first[id], first[id + 1])];
}
