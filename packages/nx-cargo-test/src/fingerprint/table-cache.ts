import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  decodeFileTable,
  encodeFileTable,
  FileReader,
  TABLE_VERSION,
} from '@nx-cargo-test/object-graph';
import type { ByteSource, FileTable, NamedPlace } from '@nx-cargo-test/object-graph';
import { CargoTestError } from '../errors';
import { withFile } from './file-source';

/** What is known of an object or an archive, and by which key it can be found again. */
export interface CachedTable {
  /**
   * Brought into memory when it is first asked for.
   *
   * @throws {ObjectGraphError} when it cannot be followed.
   */
  readonly table: FileTable;
  /** Lower-case hexadecimal; `undefined` if it is not kept. */
  readonly key: string | undefined;
}

/** Reads objects and archives, each distinct one once. */
export interface TableCache {
  /**
   * @param name For messages.
   * @param path Where its content is.
   * @throws {ObjectGraphError} when it cannot be followed.
   */
  read(name: string, path: string): CachedTable;
  /** The table of a key, if it is there and sound. */
  find(key: string): FileTable | undefined;
  /** Gives back the room that reading took; after many files, before other work. */
  release(): void;
  /** Forgets tables that nothing uses. @param used Keys of tables that are needed besides those that were read. */
  save(used: Iterable<string>): void;
}

/** Reads every file whenever it is asked for. */
export function withoutTableCache(places: readonly NamedPlace[]): TableCache {
  const reader = new FileReader(places);
  return {
    read: (name, path) =>
      withFile(path, (source) => ({ table: reader.table(name, source), key: undefined })),
    find: () => undefined,
    release: () => reader.release(),
    save: () => undefined,
  };
}

/** Another build may be about to use what it just wrote. */
const KEPT_MILLISECONDS = 60 * 60 * 1000;

/**
 * Opens the cache of tables below a folder. Tables are found by the content that
 * counts of the file that they were read of: inode, size and time of change do not
 * tell a file from another where times are set, as by archives of CI caches. A
 * damaged table is made anew.
 *
 * @param places Folders of this machine whose paths in constants do not count.
 */
export function openTableCache(folder: string, places: readonly NamedPlace[]): TableCache {
  const reader = new FileReader(places);
  const placesText = JSON.stringify([TABLE_VERSION, places]);
  const used = new Set<string>();
  const fileOf = (key: string): string => join(folder, `${key}.table`);
  const find = (key: string): FileTable | undefined => {
    try {
      return decodeFileTable(readFileSync(fileOf(key)));
    } catch {
      return undefined;
    }
  };
  const keyOf = (name: string, source: ByteSource): string =>
    createHash('sha256')
      .update(`${placesText}\n${reader.digest(name, source)}`)
      .digest('hex');
  const make = (name: string, source: ByteSource, key: string): FileTable => {
    const table = reader.table(name, source);
    write(folder, fileOf(key), encodeFileTable(table));
    return table;
  };
  /** Makes a table anew that is damaged. */
  const again = (name: string, path: string, key: string): FileTable =>
    withFile(path, (source) => {
      if (keyOf(name, source) !== key)
        throw new CargoTestError('SOURCES_CHANGED', `${path} changed while it was read`);
      return make(name, source, key);
    });
  return {
    find,
    read: (name, path) =>
      withFile(path, (source) => {
        const key = keyOf(name, source);
        used.add(key);
        // Read while the file is what was digested, but not brought into memory.
        if (existsSync(fileOf(key))) return lazily(key, () => find(key) ?? again(name, path, key));
        const table = make(name, source, key);
        return { table, key };
      }),
    release: () => reader.release(),
    save: (more) => {
      for (const key of more) used.add(key);
      forget(folder, used);
    },
  };
}

function lazily(key: string, make: () => FileTable): CachedTable {
  let made: FileTable | undefined;
  return {
    key,
    get table() {
      made ??= make();
      return made;
    },
  };
}

/** A disk that cannot be written costs time only. */
function write(folder: string, file: string, content: string | Uint8Array): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}

function forget(folder: string, used: ReadonlySet<string>): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    if (used.has(name.replace(/\.table$/, ''))) continue;
    const file = join(folder, name);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (written < Date.now() - KEPT_MILLISECONDS) rmSync(file, { force: true });
  }
}
