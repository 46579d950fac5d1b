import { createHash } from 'node:crypto';
import { basename, relative } from 'node:path';
import type { CompilerArtifact } from '../cargo/cargo-messages';
import type { CapturedLink } from '../cargo/read-capture';
import { ignoredFiles, type HashedWorkspace } from './ignored-files';
import { assertSourcesAsHashed, contentDigest, type HashedSources } from './hashed-sources';

/** Crates that call cargo or rustc on sources of the workspace while tests run, as rustc names them. */
const COMPILING_CRATES: ReadonlySet<string> = new Set([
  ...['trybuild', 'trybuild2', 'macrotest', 'ui_test', 'compiletest_rs'],
  ...['escargot', 'dylint_testing'],
]);

/**
 * Those of these crates that a test binary holds, sorted. rustc links a crate
 * only if it is used.
 *
 * @param link Undefined if it was not seen; all crates of the build count then.
 */
export function compilingCrates(
  link: CapturedLink | undefined,
  artifacts: readonly CompilerArtifact[],
): string[] {
  const files =
    link === undefined
      ? artifacts.flatMap(({ filenames }) => filenames)
      : link.inputs.map(({ path }) => path);
  const names = files.flatMap(
    (file) => /^lib(\w+)-[0-9a-f]+\.rlib$/.exec(basename(file))?.[1] ?? [],
  );
  return [...new Set(names)].filter((name) => COMPILING_CRATES.has(name)).sort();
}

/**
 * One digest of names and contents of all that a compilation may read: it is not
 * known which files a test hands to the compiler, nor what these include.
 *
 * @param files Absolute paths. What Nx does not hash is left out.
 * @param hashed Digests of files as Nx hashed them, which count whatever the build makes of them.
 * @throws {CargoTestError} `SOURCES_CHANGED` if one changed after Nx may have hashed it.
 */
export async function sourcesDigest(
  files: readonly string[],
  hashed: HashedSources,
  workspace: HashedWorkspace,
): Promise<string> {
  const named = new Map(files.map((file) => [relative(workspace.workspaceRoot, file), file]));
  const inside = [...named.keys()].filter((name) => !name.startsWith('..'));
  for (const name of await ignoredFiles(workspace, inside)) named.delete(name);
  // Without a Cargo.lock cargo writes one, and the next build has another key for that.
  const unread = [...named.values()].filter(
    (file) => !hashed.digests.has(file) && basename(file) !== 'Cargo.lock',
  );
  assertSourcesAsHashed(unread, hashed);
  const contents = [...named]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, file]) => [name, hashed.digests.get(file) ?? contentOf(file)]);
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}

/** Empty for what is no readable file, such as a link that leads nowhere. */
function contentOf(file: string): string {
  try {
    return contentDigest(file);
  } catch {
    return '';
  }
}
