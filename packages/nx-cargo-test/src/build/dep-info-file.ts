import { basename, dirname, join } from 'node:path';
import type { CompilerArtifact } from '../cargo/cargo-messages';
import type { BuildFiles } from './build-files';

/**
 * Finds the dep-info file of a unit, which rustc writes anew whenever it compiles
 * the unit. `deps/libname-hash.rlib` and `deps/name-hash` both have theirs in
 * `deps/name-hash.d`.
 *
 * @returns its absolute path; undefined if cargo left none where it does.
 */
export function findDepInfoFile(artifact: CompilerArtifact, files: BuildFiles): string | undefined {
  const crate = artifact.name.replaceAll('-', '_');
  const unit = new RegExp(`^(?:lib)?(${escapeExpression(crate)}-[0-9a-f]+)(?:\\.[a-z]+)?$`);
  for (const file of artifact.filenames) {
    const stem = unit.exec(basename(file))?.[1] ?? unhashedStem(file, crate);
    if (stem === undefined) continue;
    const candidate = join(dirname(file), `${stem}.d`);
    if (files.status(candidate) !== undefined) return candidate;
  }
  // A file that cargo put in place under a plain name is a hard link of `name-hash` in `deps`, or beside it.
  for (const file of artifact.filenames) {
    const identity = files.status(file);
    if (identity === undefined) continue;
    for (const folder of foldersAround(file)) {
      const found = hardLinkIn(folder, crate, identity, files);
      if (found !== undefined) return join(folder, `${found}.d`);
    }
  }
  return undefined;
}

/** Folders in which the dep-info file of a unit with this file may lie. */
export function foldersAround(file: string): readonly string[] {
  const folder = dirname(file);
  return [folder, join(folder, 'deps'), join(folder, '../deps')];
}

/** Shared libraries carry no hash in their name, not even in `deps`. */
function unhashedStem(file: string, crate: string): string | undefined {
  return basename(dirname(file)) === 'deps' && basename(file).startsWith(`lib${crate}.`)
    ? crate
    : undefined;
}

function hardLinkIn(
  folder: string,
  crate: string,
  identity: { readonly ino: bigint; readonly dev: bigint },
  files: BuildFiles,
): string | undefined {
  const names = files.list(folder);
  const stems = names.flatMap((name) => {
    if (name === `${crate}.d` && names.some((other) => other.startsWith(`lib${crate}.`)))
      return [crate];
    const stem = /^(?:lib)?(.+-[0-9a-f]+)\.d$/.exec(name)?.[1];
    return stem !== undefined && stem.replaceAll('-', '_').startsWith(`${crate}_`) ? [stem] : [];
  });
  return stems.find((stem) =>
    names
      .filter((name) => name !== `${stem}.d` && name.replace(/^lib/, '').startsWith(stem))
      .some((name) => {
        const state = files.status(join(folder, name));
        return state?.ino === identity.ino && state.dev === identity.dev;
      }),
  );
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
