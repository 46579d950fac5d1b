import { createHash } from 'node:crypto';

/** A graph of classes: per class, a digest of its own content and the ordered classes that it refers to. */
export interface ClassGraph {
  /** Of equal length, one for each class. */
  readonly digests: readonly Buffer[];
  /** -1 for a reference that leads out; its label stands in the digest. */
  readonly edges: readonly (readonly number[])[];
}

/**
 * Digests what each root reaches, as one canonical text: classes in the order
 * in which a depth-first walk meets them, each with its digest and the ordinals
 * of the classes that it refers to. Two walks give the same text exactly when
 * the graphs are the same up to renaming: that one function writes the static
 * which another reads is part of it, and no name is.
 *
 * @param shared Roots that belong to every digest; walked once, before each root.
 * @returns One lower-case hexadecimal digest for each root.
 */
export function canonicalDigests(
  graph: ClassGraph,
  shared: readonly number[],
  roots: readonly number[],
): string[] {
  const walk = new Walk(graph);
  for (const root of shared) walk.from(root);
  const mark = walk.mark();
  return roots.map((root) => {
    walk.from(root);
    const digest = walk.digest();
    walk.reset(mark);
    return digest;
  });
}

interface Mark {
  readonly hash: ReturnType<typeof createHash>;
  readonly met: number;
}

const CHUNK = 1 << 16;

class Walk {
  readonly #graph: ClassGraph;
  readonly #ordinals: Int32Array;
  readonly #met: number[] = [];
  readonly #chunk = Buffer.alloc(CHUNK);
  #used = 0;
  #hash = createHash('sha256');

  constructor(graph: ClassGraph) {
    this.#graph = graph;
    this.#ordinals = new Int32Array(graph.digests.length).fill(-1);
  }

  /** Walks all that a root reaches and that was not met before. */
  from(root: number): void {
    const path: number[] = [];
    const positions: number[] = [];
    const meet = (target: number): void => {
      const known = this.#ordinals[target]!;
      if (known !== -1) {
        this.#number(known);
        return;
      }
      this.#number(this.#met.length);
      this.#ordinals[target] = this.#met.length;
      this.#met.push(target);
      this.#bytes(this.#graph.digests[target]!);
      path.push(target);
      positions.push(0);
    };
    meet(root);
    while (path.length > 0) {
      const depth = path.length - 1;
      const target = this.#graph.edges[path[depth]!]![positions[depth]!];
      if (target === undefined) {
        path.pop();
        positions.pop();
        continue;
      }
      positions[depth]!++;
      if (target >= 0) meet(target);
    }
  }

  mark(): Mark {
    this.#flush();
    return { hash: this.#hash.copy(), met: this.#met.length };
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  reset(mark: Mark): void {
    for (const node of this.#met.splice(mark.met)) this.#ordinals[node] = -1;
    this.#hash = mark.hash.copy();
    this.#used = 0;
  }

  #number(value: number): void {
    if (this.#used + 4 > CHUNK) this.#flush();
    this.#used = this.#chunk.writeInt32LE(value, this.#used);
  }

  #bytes(bytes: Buffer): void {
    if (this.#used + bytes.length > CHUNK) this.#flush();
    this.#used += bytes.copy(this.#chunk, this.#used);
  }

  #flush(): void {
    this.#hash.update(this.#chunk.subarray(0, this.#used));
    this.#used = 0;
  }
}
