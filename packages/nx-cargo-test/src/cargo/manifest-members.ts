import { posix } from 'node:path';
import type { ManifestDisk } from './manifest-disk';
import { asString, asStrings, asTable, type TomlTable } from './toml-table';

/** The root of a Cargo workspace, or a package that is one by itself. */
export interface WorkspaceRoot {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** `[workspace]`; absent for a package by itself. */
  readonly workspace?: TomlTable;
}

/** Reads a Cargo.toml; `undefined` if there is none. */
export type ReadManifest = (file: string) => TomlTable | undefined;

/** The Cargo workspace that a package belongs to by cargo's rules. */
export function findWorkspaceRoot(manifestFile: string, read: ReadManifest): WorkspaceRoot {
  const folder = posix.dirname(manifestFile);
  const own = read(manifestFile);
  const workspace = asTable(own?.['workspace']);
  if (workspace !== undefined) return { folder, workspace };
  const named = asString(asTable(own?.['package'])?.['workspace']);
  if (named !== undefined) {
    const root = posix.resolve(folder, named);
    const table = asTable(read(posix.join(root, 'Cargo.toml'))?.['workspace']);
    return table === undefined ? { folder } : { folder: root, workspace: table };
  }
  for (let above = folder; posix.dirname(above) !== above;) {
    above = posix.dirname(above);
    const table = asTable(read(posix.join(above, 'Cargo.toml'))?.['workspace']);
    if (table === undefined) continue;
    return isExcluded({ folder: above, workspace: table }, folder)
      ? { folder }
      : { folder: above, workspace: table };
  }
  return { folder };
}

/** Whether the workspace leaves out what lies in a folder. */
export function isExcluded({ folder, workspace }: WorkspaceRoot, inner: string): boolean {
  const holds = (entry: string): boolean => {
    const place = posix.resolve(folder, entry);
    return inner === place || inner.startsWith(`${place}/`);
  };
  return (
    asStrings(workspace?.['exclude']).some(holds) && !asStrings(workspace?.['members']).some(holds)
  );
}

/**
 * Folders of the members that a root names, its own package not among them.
 *
 * @returns an `Error` for a member without a Cargo.toml.
 */
export function namedMembers(root: WorkspaceRoot, disk: ManifestDisk): readonly string[] | Error {
  const { folder, workspace } = root;
  const found: string[] = [];
  for (const member of asStrings(workspace?.['members'])) {
    const places = isPattern(member)
      ? matchFolders(folder, member.split('/'), disk).filter(disk.isFolder)
      : [posix.resolve(folder, member)];
    for (const place of places) {
      if (disk.isFile(posix.join(place, 'Cargo.toml'))) found.push(place);
      else if (!isPattern(member) || !isExcluded(root, place)) {
        return new Error(`the member ${posix.relative(folder, place)} has no Cargo.toml`);
      }
    }
  }
  return found;
}

function matchFolders(
  folder: string,
  [segment, ...rest]: readonly string[],
  disk: ManifestDisk,
): readonly string[] {
  if (segment === undefined) return [folder];
  if (segment === '' || segment === '.') return matchFolders(folder, rest, disk);
  if (!isPattern(segment)) return matchFolders(posix.join(folder, segment), rest, disk);
  const inner = disk.names(folder).filter((name) => disk.isFolder(posix.join(folder, name)));
  if (segment === '**') {
    const deeper = inner.flatMap((name) =>
      matchFolders(posix.join(folder, name), [segment, ...rest], disk),
    );
    return [...matchFolders(folder, rest, disk), ...deeper];
  }
  const pattern = segmentPattern(segment);
  return inner
    .filter((name) => pattern.test(name))
    .flatMap((name) => matchFolders(posix.join(folder, name), rest, disk));
}

function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

function segmentPattern(segment: string): RegExp {
  const source = segment
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
