import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What reading of Cargo.toml files needs of a disk. Paths are absolute, with forward slashes. */
export interface ManifestDisk {
  /** Text of a file; `undefined` if there is none. */
  readFile(file: string): string | undefined;
  /** Names in a folder, sorted; none if there is no such folder. */
  names(folder: string): readonly string[];
  isFile(path: string): boolean;
  isFolder(path: string): boolean;
}

/** The real disk. */
export const realDisk: ManifestDisk = {
  readFile(file) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
        return undefined;
      }
      throw error;
    }
  },
  names(folder) {
    try {
      return readdirSync(join(folder)).sort();
    } catch {
      return [];
    }
  },
  isFile: (path) => stat(path)?.isFile() === true,
  isFolder: (path) => stat(path)?.isDirectory() === true,
};

function stat(path: string): ReturnType<typeof statSync> {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A file stands where a folder is on the way, or links lead in a circle.
    return undefined;
  }
}
