import { posix } from 'node:path';
import { CargoTestError } from '../errors';
import { plainText } from './plain-text';

/** An Nx project whose tests the plugin builds. */
export interface CargoProject {
  /** Nx project name. */
  readonly name: string;
  /** Relative to the Nx workspace root, with forward slashes; `.` for the root itself. */
  readonly folder: string;
  /** Cargo package name. */
  readonly package: string;
  /** Folder of the Cargo workspace, like `folder`. */
  readonly cargoWorkspace: string;
}

/**
 * The project that is meant: by its name, by its package, or the one whose folder
 * the user stands in, or the only one below.
 *
 * @param folder Where the user stands, relative to the Nx workspace root.
 * @throws {CargoTestError} `UNCLEAR_SELECTION` listing the choices.
 */
export function selectProject(
  projects: readonly CargoProject[],
  selection: { readonly project?: string; readonly package?: string },
  folder: string,
): CargoProject {
  const named = projects.filter(
    (project) =>
      (selection.project ?? project.name) === project.name &&
      (selection.package ?? project.package) === project.package,
  );
  if (named.length === 0) {
    const what = [
      ...(selection.project === undefined ? [] : [`called ${selection.project}`]),
      ...(selection.package === undefined ? [] : [`of the package ${selection.package}`]),
    ].join(' ');
    throw unclear(`no Cargo project of this Nx workspace is ${what || 'known to Nx'}`, projects);
  }
  const above = named
    .filter((project) => isInside(project.folder, folder))
    .sort((a, b) => depthOf(b.folder) - depthOf(a.folder));
  const deepest = above.filter((project) => depthOf(project.folder) === depthOf(above[0]!.folder));
  const below = named.filter((project) => isInside(folder, project.folder));
  const candidates = named.length === 1 ? named : above.length > 0 ? deepest : below;
  if (candidates.length === 1) return candidates[0]!;
  throw unclear(
    candidates.length === 0
      ? 'this folder is in no Cargo project'
      : 'several Cargo projects are meant',
    candidates.length === 0 ? named : candidates,
  );
}

function unclear(what: string, choices: readonly CargoProject[]): CargoTestError {
  const list = choices
    .map(({ name, folder }) => `\n  --project=${plainText(name)}  (${plainText(folder)})`)
    .sort();
  const advice = choices.length === 0 ? '' : '; name one of:';
  return new CargoTestError('UNCLEAR_SELECTION', `${what}${advice}${list.join('')}`);
}

/** Whether a folder is another one or lies below it. */
function isInside(outer: string, inner: string): boolean {
  const path = posix.relative(outer, inner);
  return path !== '..' && !path.startsWith('../');
}

function depthOf(folder: string): number {
  return posix.normalize(folder) === '.' ? 0 : folder.split('/').length;
}
