import { isAbsolute, relative } from 'node:path';

/** Whether a path lies below a folder; both are absolute. */
export function isInside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== '' && !path.startsWith('..') && !isAbsolute(path);
}
