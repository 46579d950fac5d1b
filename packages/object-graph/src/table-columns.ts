import { Float64List, Int32List } from './growing-array';
import { NameList } from './name-list';
import type { ObjectTable } from './object-table';

/** The columns of an `ObjectTable` while they are filled. One instance serves many tables, which spares room for each. */
export class TableColumns {
  readonly names = new NameList();
  readonly pieceDigests = new Int32List(4096);
  readonly pieceFlags = new Int32List(1024);
  readonly pieceNames = new Int32List(1024);
  readonly pieceSections = new Int32List(1024);
  readonly pieceSizes = new Float64List(1024);
  readonly firstReferences = new Int32List(1024);
  readonly references = new Int32List(4096);
  readonly handoffs = new Int32List();
  readonly externals = new Int32List();
  readonly definitions = new Float64List();
  readonly groups = new Int32List();
  readonly descriptors = new Int32List();
  readonly unnamed = new Int32List();
  readonly collected = new Int32List();
  readonly entries = new Int32List();
  errors: ObjectTable['errors'][number][] = [];

  /** Empties all columns. */
  clear(): void {
    this.names.clear();
    this.pieceDigests.length = 0;
    this.pieceFlags.length = 0;
    this.pieceNames.length = 0;
    this.pieceSections.length = 0;
    this.pieceSizes.length = 0;
    this.firstReferences.length = 0;
    this.references.length = 0;
    this.handoffs.length = 0;
    this.externals.length = 0;
    this.definitions.length = 0;
    this.groups.length = 0;
    this.descriptors.length = 0;
    this.unnamed.length = 0;
    this.collected.length = 0;
    this.entries.length = 0;
    this.errors = [];
  }

  /** A table of what was filled in. Its columns share one buffer: hundreds of tables have thousands of them. */
  toTable({ machine, isSlim }: Pick<ObjectTable, 'machine' | 'isSlim'>): ObjectTable {
    const { words, starts, hashes } = this.names;
    const long = [this.pieceSizes, this.definitions];
    const short = [
      this.pieceDigests,
      this.pieceFlags,
      this.pieceNames,
      this.pieceSections,
      this.firstReferences,
      this.references,
      this.handoffs,
      this.externals,
      this.groups,
      this.descriptors,
      this.unnamed,
      this.collected,
      this.entries,
      words,
      starts,
      hashes,
    ];
    const sizeOf = (lists: readonly { length: number }[]): number =>
      lists.reduce((sum, { length }) => sum + length, 0);
    const buffer = new ArrayBuffer(sizeOf(long) * 8 + sizeOf(short) * 4);
    let used = 0;
    const copy = (list: Int32List): Int32Array => {
      const column = new Int32Array(buffer, used, list.length);
      list.copyTo(column);
      used += column.byteLength;
      return column;
    };
    const copyLong = (list: Float64List): Float64Array => {
      const column = new Float64Array(buffer, used, list.length);
      list.copyTo(column);
      used += column.byteLength;
      return column;
    };
    return {
      machine,
      isSlim,
      // First, as they need the larger alignment.
      pieceSizes: copyLong(this.pieceSizes),
      definitions: copyLong(this.definitions),
      pieceDigests: copy(this.pieceDigests),
      pieceFlags: copy(this.pieceFlags),
      pieceNames: copy(this.pieceNames),
      pieceSections: copy(this.pieceSections),
      firstReferences: copy(this.firstReferences),
      references: copy(this.references),
      handoffs: copy(this.handoffs),
      externals: copy(this.externals),
      groups: copy(this.groups),
      descriptors: copy(this.descriptors),
      unnamed: copy(this.unnamed),
      collected: copy(this.collected),
      entries: copy(this.entries),
      names: copy(words),
      firstNameWords: copy(starts),
      nameHashes: copy(hashes),
      errors: this.errors,
    };
  }
}
