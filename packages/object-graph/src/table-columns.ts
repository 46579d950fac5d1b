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

  /** A table of what was filled in. */
  toTable({ machine, isSlim }: Pick<ObjectTable, 'machine' | 'isSlim'>): ObjectTable {
    return {
      machine,
      isSlim,
      pieceDigests: this.pieceDigests.toArray(),
      pieceFlags: this.pieceFlags.toArray(),
      pieceNames: this.pieceNames.toArray(),
      pieceSections: this.pieceSections.toArray(),
      pieceSizes: this.pieceSizes.toArray(),
      firstReferences: this.firstReferences.toArray(),
      references: this.references.toArray(),
      handoffs: this.handoffs.toArray(),
      externals: this.externals.toArray(),
      definitions: this.definitions.toArray(),
      groups: this.groups.toArray(),
      descriptors: this.descriptors.toArray(),
      unnamed: this.unnamed.toArray(),
      collected: this.collected.toArray(),
      entries: this.entries.toArray(),
      ...this.names.columns,
      errors: this.errors,
    };
  }
}
