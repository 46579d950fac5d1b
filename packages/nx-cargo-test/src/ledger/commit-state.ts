import type { RunProgram } from '../cargo/run-program';

/** Which state of the sources tests ran on. */
export interface CommitState {
  /** The commit that is checked out, in full; absent outside of a git repository. */
  readonly commit?: string;
  /** Tracked files differ from the commit, or there are untracked ones; true when git does not say. */
  readonly localChanges: boolean;
}

/** Asks git about the repository that holds a folder. */
export async function readCommitState(
  folder: string,
  environment: Readonly<Record<string, string>>,
  run: RunProgram,
): Promise<CommitState> {
  // Status may write its index otherwise, and a user's own git command would find it locked.
  const git = (...args: string[]): ReturnType<RunProgram> =>
    run({
      file: 'git',
      args: ['--no-optional-locks', ...args],
      environment,
      workingDirectory: folder,
    });
  const [head, status] = await Promise.all([
    git('rev-parse', '--verify', 'HEAD'),
    git('status', '--porcelain', '-z'),
  ]);
  const commit = head.stdout.trim();
  if (head.code !== 0 || commit === '') return { localChanges: true };
  return { commit, localChanges: status.code !== 0 || status.stdout !== '' };
}
