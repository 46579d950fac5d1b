import { visitNotIgnoredFiles, type Tree } from '@nx/devkit';
import ignore from 'ignore';
import { posix } from 'node:path';

/**
 * Makes git, and so Nx, ignore the folders that cargo builds into.
 *
 * @param cargoWorkspaces Folders of the Cargo workspaces, `.` for the root.
 * @returns the lines that it added to .gitignore; none when all are ignored.
 */
export function ignoreTargetFolders(tree: Tree, cargoWorkspaces: readonly string[]): string[] {
  const missing = (cargoWorkspaces.length === 0 ? ['.'] : cargoWorkspaces).filter(
    (folder) => !isIgnored(tree, posix.join(folder, 'target/')),
  );
  if (missing.length === 0) return [];
  // One line for all, unless it hides sources that someone keeps in a folder of that name.
  const lines = hasOtherTargetFolder(tree, cargoWorkspaces)
    ? missing.map((folder) => `/${posix.join(folder, 'target/')}`)
    : ['target/'];
  const text = tree.read('.gitignore', 'utf-8') ?? '';
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const separator = text === '' || text.endsWith('\n') ? '' : end;
  tree.write('.gitignore', `${text}${separator}${lines.map((line) => line + end).join('')}`);
  return lines;
}

function isIgnored(tree: Tree, path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.some((_, depth) => {
    const text = tree.read(posix.join(...parts.slice(0, depth), '.gitignore'), 'utf-8');
    return (
      text !== null &&
      ignore()
        .add(text)
        .ignores(`${parts.slice(depth).join('/')}/`)
    );
  });
}

function hasOtherTargetFolder(tree: Tree, cargoWorkspaces: readonly string[]): boolean {
  const ours = cargoWorkspaces.map((folder) => posix.join(folder, 'target'));
  let found = false;
  visitNotIgnoredFiles(tree, '.', (file) => {
    const folders = posix.dirname(file).split('/');
    found ||= folders.some(
      (name, index) => name === 'target' && !ours.includes(folders.slice(0, index + 1).join('/')),
    );
  });
  return found;
}
