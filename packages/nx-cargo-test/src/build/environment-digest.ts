import { createHash } from 'node:crypto';
import type { NamedPlace } from '@nx-cargo-test/object-graph';

/** Variables that say how rustup found the toolchain, which the compiled code itself tells. */
const ABOUT_THE_MACHINE = /^(RUSTUP_|RUST_RECURSION_COUNT$|CARGO_HOME$|PATH$)/;

/**
 * What cargo tells of the package itself: version, authors, description and so
 * on. Nothing but code that asks for a variable depends on these, while others
 * also tell the dynamic linker where to look, or where a build put its files.
 */
const OF_THE_PACKAGE = /^CARGO_PKG_/;

/**
 * A digest of how tests are run: environment that cargo adds but for
 * `CARGO_PKG_*`, runner and link arguments. Equal on two machines that would run them alike: known places are
 * replaced by words, and the hashes in names of build folders are left out.
 *
 * @param places The longest match wins.
 */
export function environmentDigest(
  run: {
    readonly environment: Readonly<Record<string, string>>;
    readonly workingDirectory: string;
    readonly runner: readonly string[];
    readonly linkArguments: string | undefined;
  },
  places: readonly NamedPlace[],
): string {
  const portable = (text: string): string => withoutMachine(text, places);
  const environment = Object.entries(run.environment)
    .filter(([name]) => !ABOUT_THE_MACHINE.test(name) && !OF_THE_PACKAGE.test(name))
    .map(([name, value]) => [
      name,
      name.endsWith('LIBRARY_PATH') ? value.split(':').map(portable) : portable(value),
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const parts = [
    environment,
    portable(run.workingDirectory),
    run.runner.map(portable),
    run.linkArguments ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * A digest of the variables by which cargo tells of the package: `CARGO_PKG_*`.
 *
 * @param places See {@link environmentDigest}.
 */
export function packageVariablesDigest(
  environment: Readonly<Record<string, string>>,
  places: readonly NamedPlace[],
): string {
  const variables = Object.keys(environment)
    .filter((name) => OF_THE_PACKAGE.test(name))
    .sort()
    .map((name) => [name, withoutMachine(environment[name]!, places)]);
  return createHash('sha256').update(JSON.stringify(variables)).digest('hex');
}

/**
 * Replaces the path of each place at the start of a text or after a character that
 * ends a path, and leaves out the hashes in names of folders below the target folder.
 */
export function withoutMachine(text: string, places: readonly NamedPlace[]): string {
  const sorted = [...places].sort((a, b) => b.path.length - a.path.length);
  const named = sorted.reduce((result, { path, token }) => replacePath(result, path, token), text);
  return named.replaceAll(BUILT, (path) => path.replaceAll(/-[0-9a-f]{16}(?=\/|$)/g, ''));
}

/** A path below cargo's target folder. */
const BUILT = /\{targetFolder\}\/[^\s:;,"']*/g;

/** Replaces a folder's path where it stands as a whole path or in front of a slash. */
export function replacePath(text: string, path: string, replacement: string): string {
  if (path === '' || path === '/') return text;
  let result = '';
  let from = 0;
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + path.length);
    if (at < from || /[A-Za-z0-9._/-]/.test(before) || !/^($|[/:;,\s"'])/.test(after)) continue;
    result += text.slice(from, at) + replacement;
    from = at + path.length;
  }
  return result + text.slice(from);
}
