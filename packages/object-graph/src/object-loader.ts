import { createHash } from 'node:crypto';
import type { ByteSource } from './byte-source';
import { FILE_HEADER_SIZE, sectionHeaders, SectionTable } from './elf/section-table';
import * as elf from './elf/constants';

/** A part of a file: an object by itself, or a member of an archive. */
export interface FilePart {
  readonly source: ByteSource;
  readonly start: number;
  readonly size: number;
}

/** Ranges that lie closer are read at once. They may hold padding between sections, no section. */
const GAP = 16;

/**
 * Brings the parts of objects into memory that count for a link. One buffer
 * serves all, at the offsets that the bytes have in the file: what is not read
 * takes no memory, as the system gives pages only when they are written.
 */
export class ObjectLoader {
  #buffer: Uint8Array = new Uint8Array(0);
  #loaded: { readonly part: FilePart; readonly ranges: readonly (readonly [number, number])[] } = {
    part: { source: { size: 0, read: () => undefined }, start: 0, size: 0 },
    ranges: [],
  };

  /**
   * The bytes of an object, of which those are there that `SectionTable.isRead`
   * tells; others have any value. Valid until the next call. For a file that is
   * no object, or a damaged one, as much is there as its reader needs to say so.
   */
  load(part: FilePart): Uint8Array {
    const { part: last } = this.#loaded;
    if (last.source === part.source && last.start === part.start && last.size === part.size)
      return this.#buffer.subarray(0, part.size);
    if (this.#buffer.length < part.size) this.#buffer = Buffer.allocUnsafeSlow(part.size);
    const bytes = this.#buffer.subarray(0, part.size);
    const ranges: [number, number][] = [];
    const read = (start: number, end: number): void => {
      const from = Math.min(Math.max(start, 0), part.size);
      const to = Math.min(Math.max(end, from), part.size);
      if (to === from) return;
      part.source.read(bytes.subarray(from, to), part.start + from);
      ranges.push([from, to]);
    };
    read(0, FILE_HEADER_SIZE);
    for (const [start, end] of this.#needed(bytes, read)) read(start, end);
    this.#loaded = { part, ranges };
    return bytes;
  }

  /** A digest of all bytes of an object that count, in hexadecimal. */
  digest(part: FilePart): string {
    const bytes = this.load(part);
    const hash = createHash('sha256').update(`${part.size}`);
    for (const [start, end] of this.#loaded.ranges)
      hash.update(`,${start}-${end}:`).update(bytes.subarray(start, end));
    return hash.digest('hex');
  }

  #needed(
    bytes: Uint8Array,
    read: (start: number, end: number) => void,
  ): readonly (readonly [number, number])[] {
    let table: SectionTable;
    try {
      // The first section header may say how many there are.
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (bytes.length >= FILE_HEADER_SIZE) {
        const first = Number(view.getBigUint64(40, true));
        read(first, first + FILE_HEADER_SIZE);
      }
      const { start, end } = sectionHeaders(bytes, '');
      read(start, end);
      table = new SectionTable(bytes, '');
    } catch {
      return [];
    }
    const ranges: [number, number][] = [];
    for (let index = 0; index < table.count; index++) {
      if (!table.isRead(index) || table.types[index] === elf.SHT_NOBITS) continue;
      const start = table.offsets[index]!;
      ranges.push([start, start + table.sizes[index]!]);
    }
    ranges.push(...slimMarks(table));
    ranges.sort(([a], [b]) => a - b);
    const joined: [number, number][] = [];
    for (const [start, end] of ranges) {
      const last = joined.at(-1);
      if (last !== undefined && start <= last[1] + GAP) last[1] = Math.max(last[1], end);
      else joined.push([start, end]);
    }
    return joined;
  }
}

/** The beginnings of small sections that are not loaded: GCC's marks of intermediate code are among them. */
function slimMarks(table: SectionTable): [number, number][] {
  const marks: [number, number][] = [];
  for (let index = 1; index < table.count; index++) {
    if (table.isRead(index) || table.types[index] !== elf.SHT_PROGBITS) continue;
    const size = table.sizes[index]!;
    if (size === SLIM_MARK_SIZE) marks.push([table.offsets[index]!, table.offsets[index]! + size]);
  }
  return marks;
}

/** Of GCC's `struct lto_section`. */
export const SLIM_MARK_SIZE = 8;
