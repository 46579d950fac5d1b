import { mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The operations on the ledger's folder. Each rejects with an error that has
 * the system's `code`. Names are those of files directly in the folder.
 */
export interface LedgerFiles {
  /** Names of all that is in the folder; rejects with `ENOENT` if there is no folder. */
  list(): Promise<string[]>;
  read(name: string): Promise<string>;
  /** Writes a file and, if necessary, makes the folder. */
  write(name: string, text: string): Promise<void>;
  /** Makes a file's content survive a power failure. */
  sync(name: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes the folder's names survive a power failure. */
  syncFolder(): Promise<void>;
  /** Removes a file; one that is gone already is no error. */
  remove(name: string): Promise<void>;
}

/** The files of a real folder. */
export function openLedgerFiles(folder: string): LedgerFiles {
  const path = (name: string): string => join(folder, name);
  return {
    list: () => readdir(folder),
    read: (name) => readFile(path(name), 'utf8'),
    async write(name, text) {
      await mkdir(folder, { recursive: true });
      await withHandle(path(name), 'w', (handle) => handle.writeFile(text));
    },
    sync: (name) => withHandle(path(name), 'r+', (handle) => handle.sync()),
    rename: (from, to) => rename(path(from), path(to)),
    async syncFolder() {
      try {
        await withHandle(folder, 'r', (handle) => handle.sync());
      } catch (error) {
        // Some file systems have no such operation, and nothing could take its place.
        const code = errorCode(error);
        if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
      }
    },
    remove: (name) => rm(path(name), { force: true }),
  };
}

/** Whether an error says that a file or folder is not there. */
export function isGone(error: unknown): boolean {
  return errorCode(error) === 'ENOENT';
}

function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

async function withHandle(
  path: string,
  flags: string,
  use: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
