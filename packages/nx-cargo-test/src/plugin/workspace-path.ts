import { realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';

/**
 * Makes a function that turns absolute paths, as cargo prints them, into paths
 * relative to the Nx workspace root: forward slashes, `.` for the root itself,
 * `undefined` for what lies outside. It sees through a root that is a symbolic link.
 */
export function workspacePaths(workspaceRoot: string): (path: string) => string | undefined {
  const roots = [workspaceRoot];
  const real = realPath(workspaceRoot);
  if (real !== undefined && real !== workspaceRoot) roots.push(real);
  return (path) => {
    for (const root of roots) {
      const inside = relative(root, path).split(sep).join('/');
      if (inside === '') return '.';
      if (inside !== '..' && !inside.startsWith('../') && !/^[A-Za-z]:/.test(inside)) return inside;
    }
    return undefined;
  };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
