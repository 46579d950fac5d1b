import ignore from 'ignore';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunProgram } from '../cargo/run-program';

/** A workspace whose files Nx hashes, and the world to look at it. */
export interface HashedWorkspace {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly run: RunProgram;
}

/**
 * Those of the files that git's patterns or `.nxignore` leave out, so that Nx does not
 * hash them. Sorted.
 *
 * @param files Paths relative to the Nx workspace root, none of them outside of it.
 */
export async function ignoredFiles(
  { workspaceRoot, environment, run }: HashedWorkspace,
  files: readonly string[],
): Promise<string[]> {
  const byGit: string[] = [];
  // git says nothing of files in another repository, such as a submodule, and fails for all then.
  for (const [repository, own] of byRepository(files, workspaceRoot)) {
    const end = await run({
      file: 'git',
      // Nx leaves out what the patterns say, also if git was told to keep it nevertheless.
      args: ['check-ignore', '--no-index', '--stdin', '-z'],
      workingDirectory: join(workspaceRoot, repository),
      environment,
      input: own.map((file) => `${file.slice(repository.length)}\0`).join(''),
    });
    // 0: some are ignored, 1: none, 128: no repository, or no git at all.
    if (end.code === 0)
      byGit.push(
        ...end.stdout.split('\0').flatMap((file) => (file === '' ? [] : repository + file)),
      );
  }
  const nxignore = join(workspaceRoot, '.nxignore');
  const matcher = existsSync(nxignore) ? ignore().add(readFileSync(nxignore, 'utf8')) : undefined;
  const byNx = files.filter((file) => matcher?.ignores(file) === true);
  return [...new Set([...byGit, ...byNx])].sort();
}

/** Files by the innermost repository around them: its path with a slash, empty for the workspace's own. */
function byRepository(
  files: readonly string[],
  workspaceRoot: string,
): ReadonlyMap<string, readonly string[]> {
  const known = new Map<string, string>([['.', '']]);
  const repositoryOf = (folder: string): string => {
    let found = known.get(folder);
    if (found === undefined) {
      found = existsSync(join(workspaceRoot, folder, '.git'))
        ? `${folder}/`
        : repositoryOf(dirname(folder));
      known.set(folder, found);
    }
    return found;
  };
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const repository = repositoryOf(dirname(file));
    groups.set(repository, [...(groups.get(repository) ?? []), file]);
  }
  return groups;
}
