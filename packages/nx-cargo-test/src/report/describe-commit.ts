/** A commit for people: `1a2b3c4`, `1a2b3c4 + local changes`, `no commit`. */
export function describeCommit(state: {
  /** In full; absent outside of a git repository. */
  readonly commit?: string;
  /** The sources differed from the commit. */
  readonly localChanges: boolean;
}): string {
  if (state.commit === undefined) return 'no commit';
  return `${state.commit.slice(0, 7)}${state.localChanges ? ' + local changes' : ''}`;
}
