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

/** What is in the buffer. */
interface Loaded {
  readonly part: FilePart;
  readonly ranges: readonly (readonly [number, number])[];
}

const NOTHING: Loaded = {
  part: { source: { size: 0, read: () => undefined }, start: 0, size: 0 },
  ranges: [],
};

/**
 * Brings the parts of objects into memory that count for a link. One buffer
 * serves all, at the offsets that the bytes have in the file: what is not read
 * takes no memory, as the system gives pages only when they are written.
 */
export class ObjectLoader {
  #buffer: Uint8Array = new Uint8Array(0);
  #loaded = NOTHING;

  /**
   * The bytes of an object, of which those are there that `SectionTable.isRead`
   * tells; others have any value. Valid until the next call. For a file that is
   * no object, or a damaged one, as much is there as its reader needs to say so.
   */
  load(part: FilePart): Uint8Array {
    const { part: last } = this.#loaded;
    if (last.source === part.source && last.start === part.start && last.size === part.size)
      return this.#buffer.subarray(0, part.size);
    if (this.#buffer.length < part.size) this.#buffer = new Uint8Array(part.size);
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

  /** Gives the buffer back. What was loaded is no longer valid. */
  release(): void {
    this.#buffer = new Uint8Array(0);
    this.#loaded = NOTHING;
  }

  /** A digest of all bytes of an object that count, in hexadecimal. */
  digest(part: FilePart): string {
    const bytes = this.load(part);
    const { ranges } = this.#loaded;
    const hash = createHash('sha256').update(`${part.size},${ranges.join()}:`);
    for (const [start, end] of ranges) hash.update(bytes.subarray(start, end));
    return hash.digest('hex');
  }

  #needed(
    bytes: Uint8Array,
    read: (start: number, end: number) => void,
  ): readonly (readonly [number, number])[] {
    let table: SectionTable;
    try {
      // The first section header says how many there are where the file's header does not.
      if (bytes.length >= FILE_HEADER_SIZE) {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        const first = Number(view.getBigUint64(40, true));
        if (view.getUint16(60, true) === 0) read(first, first + FILE_HEADER_SIZE);
      }
      const { start, end } = sectionHeaders(bytes, '');
      read(start, end);
      table = new SectionTable(bytes, '');
    } catch {
      return [];
    }
    // Contents stand in the order of their headers, and so do relocations, elsewhere.
    const contents: [number, number][] = [];
    const relocations: [number, number][] = [];
    for (let index = 0; index < table.count; index++) {
      const size = table.sizes[index]!;
      const type = table.types[index]!;
      if (size === 0 || type === elf.SHT_NOBITS) continue;
      if (!table.isRead(index) && !mayMarkSlim(table, index)) continue;
      const start = table.offsets[index]!;
      const ranges = type === elf.SHT_RELA ? relocations : contents;
      const last = ranges.at(-1);
      if (last !== undefined && start >= last[0] && start <= last[1] + GAP)
        last[1] = Math.max(last[1], start + size);
      else ranges.push([start, start + size]);
    }
    return [...contents, ...relocations].sort(([a], [b]) => a - b);
  }
}

/** Whether a section has the size of GCC's mark of intermediate code, which is not loaded. */
function mayMarkSlim(table: SectionTable, index: number): boolean {
  return table.types[index] === elf.SHT_PROGBITS && table.sizes[index] === SLIM_MARK_SIZE;
}

/** Of GCC's `struct lto_section`. */
export const SLIM_MARK_SIZE = 8;
