import type { LinkedBinary } from '../build/link-records';

/** Where code comes from, seen from the package under test; `other` for what is not Rust. */
export type CodeOrigin = 'package' | 'dependencies' | 'standard library' | 'other';

/** In the order in which people want to know. */
export const CODE_ORIGINS: readonly CodeOrigin[] = [
  'package',
  'dependencies',
  'standard library',
  'other',
];

/**
 * Tells where the function or static with a path comes from. A generic belongs to
 * the crate that wrote it, wherever it was compiled; a constant to the crate that it
 * was compiled for.
 *
 * @param binaries Test binaries of the package.
 */
export function codeOrigins(
  binaries: readonly LinkedBinary[],
): (path: string, object: string) => CodeOrigin {
  const own = new Set(
    binaries.flatMap((binary) =>
      [binary.package, binary.name].map((name) => name.replaceAll('-', '_')),
    ),
  );
  return (path, object) => {
    const crate = crateOf(path) ?? compiledCrate(object);
    if (crate === undefined) return isStandardArchive(object) ? 'standard library' : 'other';
    if (own.has(crate)) return 'package';
    // The standard library has copies of crates that may be dependencies as well, such as hashbrown.
    const isStandard = CORE_CRATES.has(crate) || isStandardArchive(object);
    return isStandard ? 'standard library' : 'dependencies';
  };
}

/** Crates that only the toolchain has. */
const CORE_CRATES = new Set(['core', 'alloc', 'std', 'test', 'proc_macro', '__rustc']);

/** Archives of the toolchain lie in this folder of it. */
function isStandardArchive(object: string): boolean {
  return object.includes('/rustlib/');
}

/** The crate that an object or archive of rustc is of, by the name that it gave it: `libitoa-1a2b….rlib`. */
function compiledCrate(object: string): string | undefined {
  const file = object
    .replace(/\(.*\)$/s, '')
    .split('/')
    .at(-1)!;
  return /^(?:lib)?([A-Za-z_]\w*)-[0-9a-f]{16}\b.*\.(?:rlib|o)$/.exec(file)?.[1];
}

/** The crate of a path: for `<A as B>::c` the type's, or the trait's where the type has none. */
function crateOf(path: string): string | undefined {
  for (const part of path.replace(/^</, '').split(' as ')) {
    const crate = /^[&*[(<]*(?:mut |const |dyn )*([A-Za-z_]\w*)(?:<.*?>)?::/.exec(part)?.[1];
    if (crate !== undefined) return crate;
  }
  return undefined;
}
