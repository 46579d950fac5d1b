import { ByteReader, latin1 } from './byte-reader';
import { ObjectGraphError } from './errors';

/** One file of an archive. */
export interface ArchiveMember {
  readonly name: string;
  /** Offset of the member's header, by which the symbol index names it. */
  readonly headerOffset: number;
  readonly bytes: Uint8Array;
}

/** An archive's members in order, and which of them defines which symbol. */
export interface Archive {
  readonly members: readonly ArchiveMember[];
  /** Undefined when the archive has no index. */
  readonly symbols: ArchiveIndex | undefined;
}

/** The symbols that an archive's members define: `names[n]` stands in the member at `headerOffsets[n]`. */
export interface ArchiveIndex {
  readonly names: readonly string[];
  readonly headerOffsets: readonly number[];
}

const MAGIC = '!<arch>\n';
const THIN_MAGIC = '!<thin>\n';
const HEADER_SIZE = 60;

/** Whether the bytes begin like an archive, thin ones included. */
export function isArchive(bytes: Uint8Array): boolean {
  const start = latin1(bytes, 0, Math.min(8, bytes.length));
  return start === MAGIC || start === THIN_MAGIC;
}

/**
 * Reads a System V archive (ar) with GNU long names and a 32- or 64-bit symbol
 * index; BSD long names (`#1/n`) are read too. An `.rlib` is such an archive.
 *
 * @throws {ObjectGraphError} `UNSUPPORTED_ARCHIVE` for a thin archive, whose members lie elsewhere; `TRUNCATED`.
 */
export function parseArchive(bytes: Uint8Array, name: string): Archive {
  const reader = new ByteReader(bytes, name);
  const magic = latin1(bytes, 0, Math.min(8, bytes.length));
  if (magic === THIN_MAGIC) {
    throw new ObjectGraphError(
      'UNSUPPORTED_ARCHIVE',
      `${name} is a thin archive: its members lie in other files`,
    );
  }
  if (magic !== MAGIC)
    throw new ObjectGraphError('UNSUPPORTED_ARCHIVE', `${name} is not an archive`);

  const unsupported = (problem: string) =>
    new ObjectGraphError('UNSUPPORTED_ARCHIVE', `${name}: ${problem}`);
  const members: ArchiveMember[] = [];
  let longNames: Uint8Array | undefined;
  let symbols: ArchiveIndex | undefined;
  for (let at = MAGIC.length; at < bytes.length;) {
    reader.range(at, at + HEADER_SIZE);
    const field = (start: number, end: number) => latin1(bytes, at + start, at + end).trimEnd();
    if (field(58, 60) !== '`') throw unsupported(`no member header at ${at}`);
    const size = decimal(field(48, 58));
    if (size === undefined)
      throw unsupported(`the member at ${at} has the size '${field(48, 58)}'`);
    const start = at + HEADER_SIZE;
    const content = reader.range(start, start + size);
    const rawName = field(0, 16);
    if (rawName === '/') {
      symbols ??= readIndex(content, name, 4);
    } else if (rawName === '/SYM64/') {
      symbols ??= readIndex(content, name, 8);
    } else if (rawName === '//') {
      longNames = content;
    } else if (rawName.startsWith('#1/')) {
      const length = decimal(rawName.slice(3));
      if (length === undefined || length > size)
        throw unsupported(`the member at ${at} has a name of '${rawName.slice(3)}' bytes`);
      const memberName = latin1(content, 0, length).replace(/\0+$/, '');
      if (!memberName.startsWith('__.SYMDEF')) {
        members.push({ name: memberName, headerOffset: at, bytes: content.subarray(length) });
      }
    } else {
      const memberName = nameOf(rawName, longNames);
      if (memberName === undefined)
        throw unsupported(`the member at ${at} has the name '${rawName}', which is none`);
      members.push({ name: memberName, headerOffset: at, bytes: content });
    }
    at = start + size + (size % 2);
  }
  return { members, symbols };
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
function readIndex(content: Uint8Array, name: string, width: 4 | 8): ArchiveIndex {
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
