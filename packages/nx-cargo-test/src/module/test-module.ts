/**
 * The unit that Nx caches: a *leaf*, the tests of one Rust module or of one
 * test binary. Every test that a binary lists belongs to exactly one leaf.
 */

/** Kinds of Cargo target that `cargo test` can turn into a test binary. */
export type TestBinaryKind = 'lib' | 'bin' | 'example' | 'test' | 'bench';

/** A test binary, named as Cargo names its target. */
export interface TestBinaryId {
  readonly kind: TestBinaryKind;
  /** Cargo target name, for example `glommio` or `spawn_public`. */
  readonly name: string;
}

/**
 * What a leaf stands for.
 *
 * - `module`: the tests of one library module; `path` is its identity, that is
 *   the module path without a trailing `test` or `tests`, segments joined by
 *   `::`, and empty for the crate root.
 * - `binary`: all tests of one integration test, bin, example or bench.
 * - `rest`: tests of the library whose module shows no test in its source.
 */
export type LeafScope =
  | { readonly type: 'module'; readonly path: string }
  | { readonly type: 'binary' }
  | { readonly type: 'rest' };

/** A leaf and the test binary that holds its tests. */
export interface Leaf {
  readonly binary: TestBinaryId;
  readonly scope: LeafScope;
}

/**
 * The stable text form of a leaf, used in target options and in files:
 * `lib` (crate root), `lib::task::arena`, `lib?rest`, `test:spawn_public`,
 * `bin:server`.
 */
export function formatLeafId(leaf: Leaf): string {
  switch (leaf.scope.type) {
    case 'module':
      return leaf.scope.path === '' ? 'lib' : `lib::${leaf.scope.path}`;
    case 'rest':
      return 'lib?rest';
    case 'binary':
      return `${leaf.binary.kind}:${leaf.binary.name}`;
  }
}

/** Drops a trailing `test` or `tests` segment: `error::test` is the module `error`. */
export function moduleIdentity(modulePath: string): string {
  const segments = modulePath.split('::');
  const last = segments.at(-1);
  return last === 'test' || last === 'tests' ? segments.slice(0, -1).join('::') : modulePath;
}

/**
 * The inverse of {@link formatLeafId}.
 *
 * @param libraryName Cargo target name of the package's library, which the text
 *   of a module does not hold.
 * @returns `undefined` for a text that is no leaf.
 */
export function parseLeafId(id: string, libraryName: string): Leaf | undefined {
  const library: TestBinaryId = { kind: 'lib', name: libraryName };
  if (id === 'lib') return { binary: library, scope: { type: 'module', path: '' } };
  if (id === 'lib?rest') return { binary: library, scope: { type: 'rest' } };
  if (id.startsWith('lib::')) {
    return { binary: library, scope: { type: 'module', path: id.slice('lib::'.length) } };
  }
  const match = /^(lib|bin|example|test|bench):(?!:)(.+)$/.exec(id);
  if (match === null) return undefined;
  const [, kind, name] = match;
  return { binary: { kind: kind as TestBinaryKind, name: name ?? '' }, scope: { type: 'binary' } };
}
