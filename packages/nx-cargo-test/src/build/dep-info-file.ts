import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CompilerArtifact } from '../cargo/cargo-messages';

/**
 * Finds the dep-info file of a unit, which rustc writes anew whenever it compiles
 * the unit. `deps/libname-hash.rlib` and `deps/name-hash` both have theirs in
 * `deps/name-hash.d`.
 *
 * @returns its absolute path; undefined if cargo left none where it does.
 */
export function findDepInfoFile(artifact: CompilerArtifact): string | undefined {
  const crate = artifact.name.replaceAll('-', '_');
  const unit = new RegExp(`^(?:lib)?(${escapeExpression(crate)}-[0-9a-f]+)(?:\\.[a-z]+)?$`);
  for (const file of artifact.filenames) {
    const stem = unit.exec(basename(file))?.[1] ?? unhashedStem(file, crate);
    if (stem === undefined) continue;
    const candidate = join(dirname(file), `${stem}.d`);
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
  }
  // A file that cargo put in place under a plain name is a hard link of `name-hash` in `deps`, or beside it.
  for (const file of artifact.filenames) {
    const identity = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (identity === undefined) continue;
    for (const folder of [
      dirname(file),
      join(dirname(file), 'deps'),
      join(dirname(file), '../deps'),
    ]) {
      const found = hardLinkIn(folder, crate, identity);
      if (found !== undefined) return join(folder, `${found}.d`);
    }
  }
  return undefined;
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
  identity: { readonly ino: bigint; readonly dev: bigint; readonly size: bigint },
): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const stems = names.flatMap((name) => {
    const stem = /^(?:lib)?(.+-[0-9a-f]+)\.d$/.exec(name)?.[1];
    return stem !== undefined && stem.replaceAll('-', '_').startsWith(`${crate}_`) ? [stem] : [];
  });
  return stems.find((stem) =>
    names
      .filter((name) => name !== `${stem}.d` && name.replace(/^lib/, '').startsWith(stem))
      .some((name) => {
        const state = statSync(join(folder, name), { bigint: true, throwIfNoEntry: false });
        return state?.ino === identity.ino && state.dev === identity.dev;
      }),
  );
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
