import ignore from 'ignore';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunProgram } from '../cargo/run-program';

/** A workspace whose files Nx hashes, and the world to look at it. */
export interface HashedWorkspace {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly run: RunProgram;
}

/**
 * Those of the files that git or `.nxignore` leaves out, so that Nx does not hash
 * them. Sorted.
 *
 * @param files Paths relative to the Nx workspace root, none of them outside of it.
 */
export async function ignoredFiles(
  { workspaceRoot, environment, run }: HashedWorkspace,
  files: readonly string[],
): Promise<string[]> {
  if (files.length === 0) return [];
  const end = await run({
    file: 'git',
    args: ['check-ignore', '--stdin', '-z'],
    workingDirectory: workspaceRoot,
    environment,
    input: files.map((file) => `${file}\0`).join(''),
  });
  // 0: some are ignored, 1: none, 128: no repository, or no git at all.
  const byGit = end.code === 0 ? end.stdout.split('\0').filter(Boolean) : [];
  const nxignore = join(workspaceRoot, '.nxignore');
  const matcher = existsSync(nxignore) ? ignore().add(readFileSync(nxignore, 'utf8')) : undefined;
  const byNx = files.filter((file) => matcher?.ignores(file) === true);
  return [...new Set([...byGit, ...byNx])].sort();
}
