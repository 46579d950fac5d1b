import { PIECE } from './object-table';

/** Every name of which {@link codeRole} tells something has one of these in it: identifiers stand as they are in mangled names. */
export const ROLE_TEXTS: readonly string[] = [
  'location',
  'Record',
  '_hook',
  '__private_api',
  'assert_',
  'current_exe',
  '3env4args',
  '3env7args_os',
  'force_capture',
];

/** What the name of a function tells of its part in handing locations on, and in looking at its own program, as bits of `PIECE`. */
export function codeRole(symbol: string): number {
  let role = 0;
  if (readsLocation(symbol)) role |= PIECE.readsLocation;
  if (setsPanicHook(symbol)) role |= PIECE.setsHook;
  if (symbol.includes('__private_api') && isLogFacade(symbol)) role |= PIECE.logFacade;
  if (symbol.includes('assert_') && isPanicWrapper(symbol)) role |= PIECE.panicWrapper;
  if (FINDS_PROGRAM.test(symbol) && FINDERS.has(symbolPath(symbol))) role |= PIECE.findsProgram;
  if (symbol.includes('force_capture') && symbolPath(symbol) === TRACER)
    role |= PIECE.tracesProgram;
  return role;
}

const FINDS_PROGRAM = /current_exe|3env(?:4args|7args_os)/;
/** Functions of the standard library that tell the path of the running program. */
const FINDERS = new Set(['std::env::current_exe', 'std::env::args', 'std::env::args_os']);
const TRACER = 'std::backtrace::Backtrace::force_capture';

/** Whether reaching this symbol lets a test read the `Location` of any panic. */
export function setsPanicHook(symbol: string): boolean {
  return (
    symbol.includes('_hook') && /pani(?:cking|c)::(?:set|update)_hook/.test(symbolPath(symbol))
  );
}

/**
 * Whether a function tells a line that it got as a `Location`: `Location`'s own
 * methods and traits, and those of `log::Record`, into which the macros of the
 * `log` crate put theirs.
 */
export function readsLocation(symbol: string): boolean {
  // Identifiers stand as they are in mangled names, and most names need not be decoded.
  if (!symbol.includes('location') && !symbol.includes('Record')) return false;
  return (
    (/panic(?:::|\.\.)location/.test(symbolPath(symbol)) && !returnsLocation(symbol)) ||
    /log(?:::|\.\.)Record(?:::(?:line|file|file_static)$|.*::fmt$)/.test(symbolPath(symbol))
  );
}

/** Whether a function gives its caller's location back: `Location::caller`. */
export function returnsLocation(symbol: string): boolean {
  return /panic::location::(?:.*::)?(?:caller|internal_constructor)$/.test(symbolPath(symbol));
}

/**
 * Whether a function is a generic one of `core` that only wraps its arguments
 * as `dyn Debug` and panics, so that no code of other crates can be in it.
 */
export function isPanicWrapper(symbol: string): boolean {
  return /^core::panicking::assert_(?:matches_)?failed(?:::|$)/.test(symbolPath(symbol));
}

/** Whether code only carries locations into a `log::Record`, as the `log` crate itself does. */
export function isLogFacade(symbol: string): boolean {
  return symbolPath(symbol).startsWith('log::__private_api');
}

/**
 * A readable path of a mangled name: `_ZN4core3fmt5write17h…E` is
 * `core::fmt::write`. Legacy names are decoded wholly; of v0 names
 * (`_R…`, Rust reference, "v0 symbol mangling") the identifiers are kept in
 * order, which is enough to recognise and to show one. Others come back as they are.
 */
export function symbolPath(symbol: string): string {
  let path = decoded.get(symbol);
  if (path === undefined) {
    // Names recur in every link; the bound keeps a long-lived process small.
    if (decoded.size > 200_000) decoded.clear();
    path = decodeSymbol(symbol);
    decoded.set(symbol, path);
  }
  return path;
}

const decoded = new Map<string, string>();

function decodeSymbol(symbol: string): string {
  if (symbol.startsWith('_ZN')) {
    const parts: string[] = [];
    let at = 3;
    for (;;) {
      const digits = /^\d+/.exec(symbol.slice(at, at + 9))?.[0];
      if (digits === undefined) break;
      at += digits.length;
      parts.push(symbol.slice(at, at + Number(digits)));
      at += Number(digits);
    }
    if (parts.length === 0) return symbol;
    if (/^h[0-9a-f]{16}$/.test(parts.at(-1)!)) parts.pop();
    return parts.map(decodeLegacyPart).join('::');
  }
  if (symbol.startsWith('_R')) return v0Identifiers(symbol).join('::') || symbol;
  return symbol;
}

const LEGACY_ESCAPES: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

function decodeLegacyPart(part: string): string {
  const trimmed = part.startsWith('_$') ? part.slice(1) : part;
  return trimmed.replace(/\$(\w+?)\$/g, (whole: string, code: string) => {
    const character = /^u[0-9a-f]+$/.test(code) ? Number.parseInt(code.slice(1), 16) : Infinity;
    // Numbers above that are no characters.
    return character <= 0x10ffff
      ? String.fromCodePoint(character)
      : (LEGACY_ESCAPES[code] ?? whole);
  });
}

function v0Identifiers(symbol: string): string[] {
  const parts: string[] = [];
  for (let at = 2; at < symbol.length;) {
    const rest = symbol.slice(at, at + 24);
    // Their numbers are no lengths: of a back reference, and of an impl among others.
    const number = /^(?:B|[MX]s)[0-9a-zA-Z]*_/.exec(rest);
    if (number !== null) {
      at += number[0].length;
      continue;
    }
    const match = /^(?:s[0-9a-zA-Z]*_)?(u?)(\d+)(_?)/.exec(rest);
    if (match === null) {
      at++;
      continue;
    }
    const start = at + match[0].length;
    const length = Number(match[2]);
    if (length > 0 && start + length <= symbol.length)
      parts.push(symbol.slice(start, start + length));
    at = start + length;
  }
  return parts;
}
