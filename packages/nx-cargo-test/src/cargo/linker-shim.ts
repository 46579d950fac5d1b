import { createHash } from 'node:crypto';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { replaceFile } from '../replace-file';
import { linkerShimScript, runRecorderScript } from './linker-shim-script';

/** Name of the stand-in for cargo's target runner in a shim folder; without a slash cargo looks in the `PATH`. */
export const RUN_RECORDER = 'nx-cargo-test-record-run';

/** A folder of stand-ins for linkers and for cargo's target runner, to be put first in the `PATH` of a build. */
export interface LinkerShim {
  readonly folder: string;
  /** Linkers that no stand-in can replace, with the reason; their links are not captured. */
  readonly uncaptured: readonly string[];
}

/**
 * Writes the stand-ins that record what rustc links and how cargo runs tests. Their folder is named after
 * their content, so one that is in use by another build is never rewritten.
 *
 * @param parent Folder in which the shim folder is made.
 * @param linkers Names of linkers that rustc may call: `cc` and those that the user configured.
 * @param searchPath The user's `PATH`.
 */
export async function writeLinkerShim(
  parent: string,
  linkers: readonly string[],
  searchPath: string,
): Promise<LinkerShim> {
  const find = (linker: string): Promise<string | undefined> =>
    findInPath(linker, searchPath, parent);
  const { folder, scripts, uncaptured } = await composeLinkerShim(parent, linkers, find);
  await mkdir(folder, { recursive: true });
  for (const [name, content] of scripts) await writeOnce(join(folder, name), content);
  return { folder, uncaptured };
}

/**
 * The stand-ins for linkers, not yet written.
 *
 * @param find Absolute path of a program in the user's `PATH`.
 */
export async function composeLinkerShim(
  parent: string,
  linkers: readonly string[],
  find: (linker: string) => Promise<string | undefined>,
): Promise<LinkerShim & { readonly scripts: ReadonlyMap<string, string> }> {
  const uncaptured: string[] = [];
  const programs = new Map<string, string>();
  for (const linker of [...new Set(linkers)].sort()) {
    if (linker.includes('/')) {
      uncaptured.push(`the linker is configured by its path, ${linker}`);
      continue;
    }
    const program = await find(linker);
    if (program === undefined) uncaptured.push(`the linker ${linker} is not in the PATH`);
    else programs.set(linker, program);
  }
  const recorder = runRecorderScript();
  const digest = createHash('sha256')
    .update(recorder)
    .update(
      JSON.stringify([...programs].map(([name, program]) => [name, linkerShimScript(program, '')])),
    )
    .digest('hex')
    .slice(0, 16);
  const folder = join(parent, `shim-${digest}`);
  const scripts = [...programs].map(
    ([name, program]) => [name, linkerShimScript(program, folder)] as const,
  );
  return { folder, uncaptured, scripts: new Map([...scripts, [RUN_RECORDER, recorder]]) };
}

/** The first executable file called `name` in `searchPath` that is not one of our own stand-ins. */
async function findInPath(
  name: string,
  searchPath: string,
  shimParent: string,
): Promise<string | undefined> {
  for (const folder of searchPath.split(delimiter)) {
    if (!isAbsolute(folder) || folder.startsWith(join(shimParent, 'shim-'))) continue;
    const candidate = join(folder, name);
    try {
      await access(candidate, constants.X_OK);
      if ((await stat(candidate)).isFile()) return candidate;
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return undefined;
}

async function writeOnce(file: string, content: string): Promise<void> {
  try {
    await access(file, constants.X_OK);
    return;
  } catch {
    // Not written yet.
  }
  // Renamed into place, because another build may already be calling it.
  await replaceFile(file, content, { mode: 0o755 });
}
