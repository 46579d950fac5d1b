import { existsSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { findWorkspace } from '../cli/find-workspace';
import { groupManifests, readManifest, type ManifestGroup } from '../plugin/group-manifests';
import type { AskProgram } from './ask-program';

/** Where a doctor looks. */
export interface Place {
  /** Absolute path of the folder that it was called in. */
  readonly folder: string;
  /** Absolute path of the Nx workspace; absent outside of one. */
  readonly workspaceRoot?: string;
  /** Absolute path to which the files of `groups` are relative: the workspace's, or the folder. */
  readonly root: string;
  /** The Cargo workspace that the folder is in, or all below the root of the Nx workspace. */
  readonly groups: readonly ManifestGroup[];
}

/**
 * Finds the Cargo workspaces that are meant without cargo and without Nx's graph,
 * neither of which may work.
 *
 * @param folder Absolute path.
 */
export async function findPlace(
  ask: AskProgram,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Place> {
  const workspaceRoot = workspaceOf(folder, environment);
  const root = workspaceRoot ?? folder;
  const own = relative(root, folder).split(sep).join('/') || '.';
  // Below any other folder, such as the home folder, lies what nobody asked about.
  const listed =
    workspaceRoot === undefined ? [] : ((await listedByGit(ask, root)) ?? below(root, '.'));
  const files = new Set([...listed, ...above(root, own)]);
  const all = groupManifests(
    [...files].flatMap((file) => {
      const text = readText(join(root, file));
      return text === undefined ? [] : [readManifest(file, text)];
    }),
  );
  const depth = (path: string): number => (path === '.' ? 0 : path.split('/').length);
  const holding = all
    .flatMap((group) => group.files.map((file) => ({ group, folder: file.folder })))
    .filter((each) => isInside(each.folder, own))
    .sort((a, b) => depth(b.folder) - depth(a.folder))[0];
  return {
    folder,
    ...(workspaceRoot === undefined ? {} : { workspaceRoot }),
    root,
    // A root with a package and others below it is a folder to look at all from.
    groups: holding === undefined || own === '.' ? all : [holding.group],
  };
}

function workspaceOf(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  try {
    return findWorkspace(folder, environment);
  } catch {
    return undefined;
  }
}

/** Undefined where git does not tell. */
async function listedByGit(ask: AskProgram, root: string): Promise<string[] | undefined> {
  const answer = await ask({
    file: 'git',
    args: [
      ...['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      ...['--', ':(glob)**/Cargo.toml'],
    ],
    folder: root,
  });
  if (answer.type !== 'answered') return undefined;
  return answer.stdout.split('\0').filter((file) => file !== '');
}

/** Deeper than crates usually lie. */
const MOST_LEVELS = 4;

/** Those of a folder and some levels below, where git does not tell. */
function below(root: string, folder: string, levels = MOST_LEVELS): string[] {
  return entriesOf(join(root, folder)).flatMap((entry) => {
    const path = folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.name === 'Cargo.toml' && entry.isFile()) return [path];
    const isSkipped = ['node_modules', 'target', 'dist'].includes(entry.name);
    if (!entry.isDirectory() || isSkipped || entry.name.startsWith('.') || levels === 0) return [];
    return below(root, path, levels - 1);
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Those of the folder itself and above, which git may ignore. */
function above(root: string, own: string): string[] {
  const files: string[] = [];
  for (let folder = own; ; folder = dirname(folder)) {
    const file = folder === '.' ? 'Cargo.toml' : `${folder}/Cargo.toml`;
    if (existsSync(join(root, file))) files.push(file);
    if (folder === '.' || folder === '/') return files;
  }
}

function isInside(outer: string, inner: string): boolean {
  return outer === '.' || inner === outer || inner.startsWith(`${outer}/`);
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
