import { ByteReader, latin1 } from './byte-reader';
import type { ByteSource } from './byte-source';
import { ObjectGraphError } from './errors';

/** One file of an archive. */
export interface ArchiveMember {
  readonly name: string;
  /** Offset of the member's header, by which the symbol index names it. */
  readonly headerOffset: number;
  /** Where its content begins in the archive. */
  readonly start: number;
  /** In bytes. */
  readonly size: number;
}

/** An archive's members in order, and which of them defines which symbol. */
export interface Archive {
  readonly members: readonly ArchiveMember[];
  /** The bytes of its index; undefined when the archive has none. */
  readonly index: RawIndex | undefined;
  /**
   * What the index says; undefined when the archive has none.
   *
   * @throws {ObjectGraphError} for a damaged one.
   */
  readonly symbols: ArchiveIndex | undefined;
}

/** A symbol index as it stands in an archive. */
export interface RawIndex {
  /** Bytes per offset of a header. */
  readonly width: 4 | 8;
  readonly content: Uint8Array;
}

/** The symbols that an archive's members define: `names[n]` stands in the member at `headerOffsets[n]`. */
export interface ArchiveIndex {
  readonly names: readonly string[];
  readonly headerOffsets: readonly number[];
}

const MAGIC = '!<arch>\n';
const THIN_MAGIC = '!<thin>\n';
const HEADER_SIZE = 60;

/** Whether a file begins like an archive, thin ones included. */
export function isArchive(source: ByteSource): boolean {
  const start = magicOf(source);
  return start === MAGIC || start === THIN_MAGIC;
}

/**
 * Reads the list of members of a System V archive (ar) with GNU long names and a
 * 32- or 64-bit symbol index; BSD long names (`#1/n`) are read too. An `.rlib`
 * is such an archive. What the members hold is not read, and the index only when it
 * is asked for.
 *
 * @throws {ObjectGraphError} `UNSUPPORTED_ARCHIVE` for a thin archive, whose members lie elsewhere; `TRUNCATED`.
 */
export function parseArchive(source: ByteSource, name: string): Archive {
  const unsupported = (problem: string) =>
    new ObjectGraphError('UNSUPPORTED_ARCHIVE', `${name}${problem}`);
  const magic = magicOf(source);
  if (magic === THIN_MAGIC) throw unsupported(' is a thin archive: its members lie in other files');
  if (magic !== MAGIC) throw unsupported(' is not an archive');

  const read = (start: number, end: number): Uint8Array => {
    if (end > source.size) {
      throw new ObjectGraphError(
        'TRUNCATED',
        `${name}: a read of ${end - start} bytes at ${start} exceeds its ${source.size} bytes`,
      );
    }
    const bytes = new Uint8Array(end - start);
    source.read(bytes, start);
    return bytes;
  };
  const members: ArchiveMember[] = [];
  let longNames: Uint8Array | undefined;
  let index: RawIndex | undefined;
  for (let at = MAGIC.length; at < source.size;) {
    const header = latin1(read(at, at + HEADER_SIZE), 0, HEADER_SIZE);
    const field = (start: number, end: number) => header.slice(start, end).trimEnd();
    if (field(58, 60) !== '`') throw unsupported(`: no member header at ${at}`);
    const size = decimal(field(48, 58));
    if (size === undefined)
      throw unsupported(`: the member at ${at} has the size '${field(48, 58)}'`);
    const start = at + HEADER_SIZE;
    const end = start + size;
    if (end > source.size) read(start, end);
    const rawName = field(0, 16);
    if (rawName === '/') {
      index ??= { width: 4, content: read(start, end) };
    } else if (rawName === '/SYM64/') {
      index ??= { width: 8, content: read(start, end) };
    } else if (rawName === '//') {
      longNames = read(start, end);
    } else if (rawName.startsWith('#1/')) {
      const length = decimal(rawName.slice(3));
      if (length === undefined || length > size)
        throw unsupported(`: the member at ${at} has a name of '${rawName.slice(3)}' bytes`);
      const memberName = latin1(read(start, start + length), 0, length).replace(/\0+$/, '');
      if (!memberName.startsWith('__.SYMDEF')) {
        members.push({
          name: memberName,
          headerOffset: at,
          start: start + length,
          size: size - length,
        });
      }
    } else {
      const memberName = nameOf(rawName, longNames);
      if (memberName === undefined)
        throw unsupported(`: the member at ${at} has the name '${rawName}', which is none`);
      members.push({ name: memberName, headerOffset: at, start, size });
    }
    at = end + (size % 2);
  }
  return {
    members,
    index,
    get symbols() {
      return index && readIndex(index, name);
    },
  };
}

function magicOf(source: ByteSource): string {
  const start = new Uint8Array(Math.min(MAGIC.length, source.size));
  source.read(start, 0);
  return latin1(start, 0, start.length);
}

/** A number as archives write it: digits and nothing else. */
function decimal(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A member's name, GNU's long ones looked up; `undefined` for one that is not there. */
function nameOf(raw: string, longNames: Uint8Array | undefined): string | undefined {
  const long = /^\/(\d+)$/.exec(raw);
  if (long === null) return raw.replace(/\/$/, '');
  const start = Number(long[1]);
  if (longNames === undefined || start >= longNames.length) return undefined;
  let end = start;
  while (end < longNames.length && longNames[end] !== 0x0a && longNames[end] !== 0) end++;
  return latin1(longNames, start, end).replace(/\/$/, '');
}

/** The symbol index: a big-endian count, as many header offsets, then as many zero-terminated names. */
function readIndex({ content, width }: RawIndex, name: string): ArchiveIndex {
  if (content.length === 0) return { names: [], headerOffsets: [] };
  const reader = new ByteReader(content, `${name} (symbol index)`);
  const read = (offset: number) => (width === 4 ? reader.u32be(offset) : reader.u64be(offset));
  const count = read(0);
  const start = width + count * width;
  if (start > content.length) {
    throw new ObjectGraphError(
      'TRUNCATED',
      `${name}: a symbol index of ${content.length} bytes for ${count} symbols`,
    );
  }
  const headerOffsets: number[] = [];
  for (let index = 0; index < count; index++) headerOffsets.push(read(width + index * width));
  const names = latin1(content, start, content.length).split('\0', count + 1);
  // Each name ends in a zero, so one more part follows the last.
  if (names.length <= count) {
    throw new ObjectGraphError(
      'TRUNCATED',
      `${name}: a symbol index with ${names.length - 1} names for ${count} symbols`,
    );
  }
  return { names: names.slice(0, count), headerOffsets };
}
