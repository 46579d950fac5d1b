import { symbolPath } from './symbol-name';

/**
 * The path of a static as its author would write it, from the symbol that
 * rustc gave it: without hashes, and without the items that `thread_local!` and
 * `lazy_static!` make around the storage. `undefined` for a name that the
 * compiler made up.
 */
export function staticPath(symbol: string, isThreadLocal: boolean): string | undefined {
  if (symbol === '' || /^(?:alloc_[0-9a-f]{8}|anon\.|\.L)/.test(symbol)) return undefined;
  let path = symbolPath(symbol);
  // A legacy name writes a path within a type's name with dots.
  path = path.replaceAll('..', '::');
  path = path.replace(LAZY_STATIC, (_, legacy?: string, v0?: string) => (legacy ?? v0)!);
  if (isThreadLocal) {
    path = path.replace(LEGACY_STORAGE, '');
    if (IN_CONSTANT_V0.test(symbol)) path = path.slice(0, path.lastIndexOf('::'));
  }
  // What is left are functions' closures and blocks; nobody names them.
  return path.replace(/::\{\{\w+\}\}/g, '');
}

/** `<crate::X as core::ops::deref::Deref>::deref::__stability::LAZY`, in either mangling. */
const LAZY_STATIC =
  /^(?:<(.+) as core::ops::deref::Deref>|(.+)::core::ops::deref::Deref)::deref::__stability::LAZY$/;

/** What `thread_local!` puts below the name of the key: a function, or a constant with a closure. */
const LEGACY_STORAGE = /::(?:__getit|\{\{constant\}\})(?:::.*)?$/;

/** A static in a closure in a constant (Rust reference, "v0 symbol mangling"): the storage of a thread-local. */
const IN_CONSTANT_V0 = /^_R(?:Nv)+NCNK/;
