import { createHash } from 'node:crypto';
import { isArchive, parseArchive } from './archive';
import type { ArchiveIndex, ArchiveMember } from './archive';
import type { ByteSource } from './byte-source';
import { ElfObject, isElf } from './elf/elf-object';
import { ObjectGraphError } from './errors';
import { NamedPlaces } from './named-places';
import type { NamedPlace } from './named-places';
import { ObjectLoader } from './object-loader';
import { DEFINITION, FILE_NAME, tableName } from './object-table';
import type { FileTable, MemberTable, ObjectTable } from './object-table';
import { DEFAULT_VERSION, ObjectTables } from './read-object';

/**
 * Reads objects and archives. One instance serves many files, which spares the
 * room for each; of a file only what counts is read.
 */
export class FileReader {
  readonly #loader = new ObjectLoader();
  readonly #tables: ObjectTables;

  /** @param places Folders of this machine whose paths in constants do not count. Default: none. */
  constructor(places: readonly NamedPlace[] = []) {
    this.#tables = new ObjectTables(new NamedPlaces(places));
  }

  /**
   * Reads all that fingerprints need of an object or an archive. What is wrong
   * with a member of an archive is kept, to be said if the archive is linked.
   *
   * @param name For messages.
   * @throws {ObjectGraphError} when it is neither, or cannot be followed.
   */
  table(name: string, source: ByteSource): FileTable {
    return withName(name, () => this.#read(source));
  }

  /**
   * A digest of all bytes of an object or an archive that count, in hexadecimal.
   *
   * @param name For messages.
   * @throws {ObjectGraphError} for an archive that cannot be read.
   */
  digest(name: string, source: ByteSource): string {
    return withName(name, () => {
      if (!isArchive(source)) return this.#loader.digest({ source, start: 0, size: source.size });
      const { members, index } = parseArchive(source, FILE_NAME);
      const hash = createHash('sha256').update(`${index?.width},${index?.content.length}:`);
      if (index !== undefined) hash.update(index.content);
      for (const { name: member, headerOffset, start, size } of members)
        hash.update(`\n${member} ${headerOffset} ${this.#loader.digest({ source, start, size })}`);
      return hash.digest('hex');
    });
  }

  /** Gives back the room that the largest file took. It can be used as before. */
  release(): void {
    this.#loader.release();
  }

  #read(source: ByteSource): FileTable {
    if (!isArchive(source)) {
      const bytes = this.#loader.load({ source, start: 0, size: source.size });
      const table = this.#tables.read(new ElfObject(bytes, FILE_NAME));
      return { members: [{ name: '', table, error: undefined }], index: undefined, missing: [] };
    }
    const archive = parseArchive(source, FILE_NAME);
    const positions = new Map<number, number>();
    const members: MemberTable[] = [];
    for (const member of archive.members) {
      positions.set(member.headerOffset, members.length);
      members.push(this.#readMember(source, member));
    }
    return { members, ...readIndex(archive.symbols, members, positions) };
  }

  #readMember(source: ByteSource, { name, start, size }: ArchiveMember): MemberTable {
    // Crate metadata is no object on some targets; where it's wrapped in one, that holds nothing to be linked.
    if (name.endsWith('.rmeta')) {
      const magic = new Uint8Array(Math.min(4, size));
      source.read(magic, start);
      if (!isElf(magic)) return { name, table: undefined, error: undefined };
    }
    try {
      const bytes = this.#loader.load({ source, start, size });
      const table = this.#tables.read(new ElfObject(bytes, `${FILE_NAME}(${name})`));
      return { name, table, error: undefined };
    } catch (error) {
      if (!(error instanceof ObjectGraphError)) throw error;
      return { name, table: undefined, error: { code: error.code, message: error.message } };
    }
  }
}

/** A message with a file's name in its place. */
export function named(message: string, file: string): string {
  return message.replaceAll(FILE_NAME, file);
}

/** Runs what throws errors that leave the file's name open. */
export function withName<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ObjectGraphError)
      throw new ObjectGraphError(error.code, named(error.message, name));
    throw error;
  }
}

function readIndex(
  symbols: ArchiveIndex | undefined,
  members: readonly MemberTable[],
  positions: ReadonlyMap<number, number>,
): Pick<FileTable, 'index' | 'missing'> {
  const definitions = members.map(({ table }) => table && definitionsByName(table));
  const index: number[] = [];
  const missing: { entry: number; name: string }[] = [];
  if (symbols === undefined) {
    // An archive without an index is indexed by all that its members define.
    definitions.forEach((known, member) => {
      for (const definition of known?.values() ?? []) index.push(member, definition);
    });
    return { index: Int32Array.from(index), missing };
  }
  symbols.names.forEach((name, number) => {
    const headerOffset = symbols.headerOffsets[number]!;
    const member = positions.get(headerOffset);
    if (member === undefined) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${FILE_NAME}: its index names a member at ${headerOffset}, where none is`,
      );
    }
    const definition = definitions[member]?.get(name.split(DEFAULT_VERSION, 1)[0]!);
    if (definition === undefined) missing.push({ entry: index.length, name });
    index.push(member, definition ?? -1);
  });
  return { index: Int32Array.from(index), missing };
}

/** Definitions of a table by name; of several with one name, the last. */
function definitionsByName(table: ObjectTable): Map<string, number> {
  const byName = new Map<string, number>();
  const { definitions } = table;
  for (let row = 0; row * DEFINITION.stride < definitions.length; row++)
    byName.set(tableName(table, definitions[row * DEFINITION.stride]!), row);
  return byName;
}
