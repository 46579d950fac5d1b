import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** A graph of classes: per class, a digest of its own content and the ordered classes that it refers to. */
export interface ClassGraph {
  /** 16 characters for each class; every character is a byte. */
  readonly digests: readonly string[];
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
  readonly hash: Hash;
  readonly met: number;
}

/** The text is a row of 32-bit numbers, hashed in chunks of so many. */
const CHUNK = 1 << 14;
const DIGEST_WORDS = 4;
/** Stands for a reference that leads out, so that it matters which one of several does. */
const OUTSIDE = -1;

class Walk {
  /** Digests of all classes, and their edges one after the other: walks are long, and many. */
  readonly #digests: Int32Array;
  readonly #firstEdges: Int32Array;
  readonly #edges: Int32Array;
  readonly #ordinals: Int32Array;
  readonly #met: Int32Array;
  readonly #path: Int32Array;
  readonly #positions: Int32Array;
  #metCount = 0;
  readonly #chunk = new Int32Array(CHUNK);
  #used = 0;
  #hash = createHash('sha256');

  constructor({ digests, edges }: ClassGraph) {
    const count = digests.length;
    const bytes = Buffer.from(digests.join(''), 'latin1');
    if (bytes.length !== count * DIGEST_WORDS * 4)
      throw new RangeError('every digest must have 16 characters');
    this.#digests = new Int32Array(count * DIGEST_WORDS);
    bytes.copy(Buffer.from(this.#digests.buffer));
    this.#firstEdges = new Int32Array(count + 1);
    edges.forEach(
      (targets, index) => (this.#firstEdges[index + 1] = this.#firstEdges[index]! + targets.length),
    );
    this.#edges = new Int32Array(this.#firstEdges[count]!);
    edges.forEach((targets, index) => this.#edges.set(targets, this.#firstEdges[index]));
    this.#ordinals = new Int32Array(count).fill(-1);
    this.#met = new Int32Array(count);
    this.#path = new Int32Array(count);
    this.#positions = new Int32Array(count);
  }

  /** Walks all that a root reaches and that was not met before. */
  from(root: number): void {
    let depth = -1;
    for (let target = root; ;) {
      const known = target < 0 ? OUTSIDE : this.#ordinals[target]!;
      if (target < 0 || known >= 0) {
        this.#number(known);
      } else {
        this.#meet(target);
        depth++;
        this.#path[depth] = target;
        this.#positions[depth] = this.#firstEdges[target]!;
      }
      while (depth >= 0 && this.#positions[depth] === this.#firstEdges[this.#path[depth]! + 1])
        depth--;
      if (depth < 0) return;
      target = this.#edges[this.#positions[depth]!++]!;
    }
  }

  mark(): Mark {
    this.#flush();
    return { hash: this.#hash.copy(), met: this.#metCount };
  }

  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  reset(mark: Mark): void {
    for (let index = mark.met; index < this.#metCount; index++)
      this.#ordinals[this.#met[index]!] = -1;
    this.#metCount = mark.met;
    this.#hash = mark.hash.copy();
    this.#used = 0;
  }

  #meet(target: number): void {
    this.#number(this.#metCount);
    this.#ordinals[target] = this.#metCount;
    this.#met[this.#metCount++] = target;
    for (let word = 0; word < DIGEST_WORDS; word++)
      this.#number(this.#digests[target * DIGEST_WORDS + word]!);
  }

  #number(value: number): void {
    if (this.#used === CHUNK) this.#flush();
    this.#chunk[this.#used++] = value;
  }

  #flush(): void {
    // Typed arrays have the machine's byte order, which is little-endian on every platform that Node.js supports here.
    this.#hash.update(new Uint8Array(this.#chunk.buffer, 0, this.#used * 4));
    this.#used = 0;
  }
}
