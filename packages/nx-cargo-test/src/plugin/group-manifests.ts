import { posix } from 'node:path';
import { guessPackageName, parseCargoManifest, type CargoManifest } from '../cargo/cargo-manifest';

/** A Cargo.toml of the Nx workspace. */
export interface ManifestFile {
  /** Path relative to the Nx workspace root, with forward slashes. */
  readonly file: string;
  /** Its folder, `.` for the root. */
  readonly folder: string;
  readonly text: string;
  /** Its content, or the error that kept it from being TOML. */
  readonly content: CargoManifest | Error;
}

/** Cargo.toml files that one `cargo metadata` call answers for. */
export interface ManifestGroup {
  readonly root: ManifestFile;
  /** Every file below that looks to this root, the root included; not all need be members. */
  readonly files: readonly ManifestFile[];
}

/** Reads one Cargo.toml's text. */
export function readManifest(file: string, text: string): ManifestFile {
  return { file, folder: posix.dirname(file), text, content: parseCargoManifest(text) };
}

/**
 * Finds the Cargo workspaces among Cargo.toml files by cargo's rule: a package
 * belongs to the workspace it names, else to the nearest one above that does not
 * exclude it, else it is a workspace of its own.
 *
 * @returns groups sorted by root folder.
 */
export function groupManifests(files: readonly ManifestFile[]): readonly ManifestGroup[] {
  const byFolder = new Map(files.map((each) => [each.folder, each]));
  const groups = new Map<string, { root: ManifestFile; files: ManifestFile[] }>();
  for (const each of [...files].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const root = workspaceRootOf(each, byFolder);
    const group = groups.get(root.folder) ?? { root, files: [] };
    group.files.push(each);
    groups.set(root.folder, group);
  }
  return [...groups.values()].sort((a, b) => (a.root.file < b.root.file ? -1 : 1));
}

/**
 * The packages of a group by what the files themselves say, for when cargo cannot
 * tell: the root's own package and those that match its `members`. A root that
 * cannot be read may have any of them.
 */
export function likelyMembers(group: ManifestGroup): readonly ManifestFile[] {
  const { content } = group.root;
  const hasPackage = (each: ManifestFile): boolean => packageNameOf(each) !== undefined;
  if (content instanceof Error) return group.files.filter(hasPackage);
  const patterns = (content.workspace?.members ?? []).map(memberPattern);
  return group.files.filter(
    (each) =>
      hasPackage(each) &&
      (each === group.root ||
        patterns.some((pattern) => pattern.test(posix.relative(group.root.folder, each.folder)))),
  );
}

/** Name of the file's package, guessed when the file is no TOML. */
export function packageNameOf(each: ManifestFile): string | undefined {
  return each.content instanceof Error ? guessPackageName(each.text) : each.content.packageName;
}

function workspaceRootOf(
  each: ManifestFile,
  byFolder: ReadonlyMap<string, ManifestFile>,
): ManifestFile {
  if (isRoot(each)) return each;
  if (!(each.content instanceof Error) && each.content.workspaceFolder !== undefined) {
    return byFolder.get(posix.join(each.folder, each.content.workspaceFolder)) ?? each;
  }
  let folder = each.folder;
  while (folder !== '.') {
    folder = posix.dirname(folder);
    const above = byFolder.get(folder);
    if (above !== undefined && isRoot(above)) return excludes(above, each) ? each : above;
  }
  return each;
}

function isRoot({ content, text }: ManifestFile): boolean {
  return content instanceof Error
    ? /^\s*\[workspace[\].]/m.test(text)
    : content.workspace !== undefined;
}

function excludes(root: ManifestFile, each: ManifestFile): boolean {
  if (root.content instanceof Error || root.content.workspace === undefined) return false;
  const path = posix.relative(root.folder, each.folder);
  const holds = (entry: string): boolean => {
    const folder = posix.normalize(entry).replace(/\/$/, '');
    return path === folder || path.startsWith(`${folder}/`);
  };
  const { exclude, members } = root.content.workspace;
  return exclude.some(holds) && !members.some(holds);
}

function memberPattern(member: string): RegExp {
  const folder = posix.normalize(member).replace(/\/$/, '');
  const escaped = folder.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^${escaped.replaceAll('**', '\0').replaceAll('*', '[^/]*').replaceAll('?', '[^/]').replaceAll('\0', '.*')}$`,
  );
}
