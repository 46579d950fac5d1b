/**
 * The pieces of one link with all their references, for questions about it:
 * who reaches what, by which way, and what another link has instead. Nodes are
 * numbered from 0; equal inputs give equal numbers.
 */
export interface LinkGraph {
  /** Number of nodes. */
  readonly size: number;
  /** Nodes that a node refers to, in the order of the references; -1 for what lies outside of the objects. */
  targets(id: number): readonly number[];
  /** Names that a node takes from outside of the objects, such as `memcpy`, in the order of the references. */
  outsideNames(id: number): readonly string[];
  /** The mangled name of the function or static; empty without one. */
  symbol(id: number): string;
  isCode(id: number): boolean;
  /** Running code may write it. */
  isWritable(id: number): boolean;
  /** Hexadecimal digest of the piece's own content and the shape of its references, without names. */
  digest(id: number): string;
  /** File of the link that holds the piece, or `archive(member)`. */
  object(id: number): string;
  /** Name of the section that holds the piece. */
  section(id: number): string;
  /** Size of the piece in bytes. */
  bytes(id: number): number;
  /** Per test, the node that it starts at. Tests that the objects tell nothing about are left out. */
  readonly tests: ReadonlyMap<string, number>;
  /** Per test, the digest of all that it reaches. */
  readonly fingerprints: ReadonlyMap<string, string>;
  /** Nodes that belong to every test without being named by it: constructors, and the test harness. */
  readonly sharedRoots: readonly number[];
}
