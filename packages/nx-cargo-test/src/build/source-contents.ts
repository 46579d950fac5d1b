import { statSync } from 'node:fs';
import { contentDigest, LARGEST_BYTES, type HashedSources } from './hashed-sources';
import { fileState, type SourceSnapshot } from './source-snapshot';

/** What files hold. Two equal contents are equal texts; a large file's is its state, which changes more often. */
export interface SourceContents {
  /** Content of a file as it is now; undefined if it's missing. */
  now(file: string): string | undefined;
  /** Content of a file as it was when the snapshot was taken; undefined if it was missing. */
  before(file: string): string | undefined;
  /** When anything of the file changed last, in nanoseconds since the epoch; unlike the modification time, nobody can set it. */
  changedAt(file: string): bigint | undefined;
}

/**
 * Reads contents, no file twice while it stays as it is.
 *
 * @param snapshot State of files before the build.
 * @param hashed What was read of them already.
 */
export function createSourceContents(
  snapshot: SourceSnapshot,
  hashed: HashedSources,
): SourceContents {
  const known = new Map<string, { readonly state: string; readonly content: string }>();
  const now = (file: string): string | undefined => {
    const state = fileState(file);
    const last = known.get(file);
    if (last?.state === state) return last.content;
    const status = statSync(file, { throwIfNoEntry: false });
    if (status === undefined) return undefined;
    const read = snapshot.get(file) === state ? hashed.digests.get(file) : undefined;
    const isRead = status.isFile() && status.size <= LARGEST_BYTES;
    const content = read ?? (isRead ? contentDigest(file) : state);
    known.set(file, { state, content });
    return content;
  };
  return {
    now,
    before: (file) => {
      const state = snapshot.get(file);
      if (state === undefined) return undefined;
      return state === fileState(file) ? now(file) : (hashed.digests.get(file) ?? state);
    },
    changedAt: (file) => statSync(file, { bigint: true, throwIfNoEntry: false })?.ctimeNs,
  };
}
