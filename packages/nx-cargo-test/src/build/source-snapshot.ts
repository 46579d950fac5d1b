import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** State of files below some folders at one moment, by absolute path. */
export type SourceSnapshot = ReadonlyMap<string, string>;

const NEVER_SOURCES = new Set(['.git', '.nx', 'node_modules', '.hg', '.jj']);

/**
 * Records size, times and identity of every file below `folders`. Folders that
 * hold no sources are left out: version control, Nx's own, `node_modules` and
 * those marked as caches, such as cargo's target folders.
 */
export function takeSnapshot(folders: readonly string[]): SourceSnapshot {
  const files = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!NEVER_SOURCES.has(entry.name) && !isCache(path)) walk(path);
      } else files.set(path, fileState(path));
    }
  };
  for (const folder of folders) walk(folder);
  return files;
}

/**
 * cargo marks a target folder as a cache only if it made the folder. One that was
 * there before is told by the file in which cargo keeps what it knows of rustc.
 */
function isCache(folder: string): boolean {
  return ['CACHEDIR.TAG', '.rustc_info.json'].some((name) => existsSync(join(folder, name)));
}

/** Those of `files` whose state differs from a snapshot, or that are not in it. Sorted. */
export function changedSince(snapshot: SourceSnapshot, files: Iterable<string>): string[] {
  return [...new Set(files)].filter((file) => snapshot.get(file) !== fileState(file)).sort();
}

/** Content of each file as a digest; empty for one that is missing. */
export function contentDigests(files: Iterable<string>): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const file of files) {
    const content = statSync(file, { throwIfNoEntry: false })?.isFile()
      ? readFileSync(file)
      : Buffer.alloc(0);
    digests.set(file, createHash('sha256').update(content).digest('hex'));
  }
  return digests;
}

/** Size, times and identity of a file and of what it links to; `missing` without one. */
export function fileState(path: string): string {
  const state = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (state === undefined) return 'missing';
  const link = state.isSymbolicLink()
    ? statSync(path, { bigint: true, throwIfNoEntry: false })
    : undefined;
  return (
    [state, ...(link === undefined ? [] : [link])]
      // The change time too, since tools set the modification time to what it was elsewhere.
      .map(({ size, mtimeNs, ctimeNs, ino }) => `${size}:${mtimeNs}:${ctimeNs}:${ino}`)
      .join('>')
  );
}
