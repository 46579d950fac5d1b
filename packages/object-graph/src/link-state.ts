import type { Column, ColumnKind } from './column-file';
import { columnParts, decodeColumns } from './column-file';
import type { Executable } from './executable';
import type { CountedLocations } from './location-readers';
import type { KnownClasses } from './reached-classes';

/** Version of the layout below and of what states say; states of another one are not read. */
const STATE_VERSION = 3;
const MAGIC = `nx-cargo-test link ${STATE_VERSION}\n`;

/** A file of a link, by what counts of it. */
export interface StateFile {
  /** Equal keys mean equal content. */
  readonly key: string;
  readonly optimized: boolean;
  readonly isStandard: boolean;
  readonly isWorkspace: boolean;
}

/** An object of a link. */
export interface StateObject {
  /** Index of its file. */
  readonly file: number;
  /** Its name in an archive; empty for a file that is none. */
  readonly member: string;
  readonly isLinked: boolean;
}

/**
 * All that was found out about a link, so that a link of which few objects differ
 * can be told from it: the graph of its pieces, what names mean in it, and the
 * classes of its nodes.
 */
export interface LinkState {
  readonly files: readonly StateFile[];
  readonly takesMore: boolean;
  readonly executable: Executable;
  readonly objects: readonly StateObject[];
  /** The node that each test starts at: of all tests that have a descriptor. */
  readonly tests: readonly (readonly [test: string, node: number])[];
  /** See `SharedRoots`. */
  readonly unnamed: readonly number[];
  readonly harness: readonly number[];
  readonly isStandardLibraryApart: boolean;
  readonly labels: readonly string[];
  readonly sections: readonly string[];
  readonly columns: Readonly<Record<StateColumn, Column>> & StateColumns;
  readonly classes: Readonly<Partial<Record<CountedLocations, KnownClasses>>>;
}

/** The columns of a state, in the order in which they are written. */
const COLUMNS = {
  /** Per node. */
  nodeObjects: 'int32',
  nodePieces: 'int32',
  nodeFlags: 'int32',
  nodeSections: 'int32',
  nodeSizes: 'float64',
  contents: 'int32',
  /** Per node, the number of its name in `names`; of others, -1 less the number in `localNames`. */
  nodeNames: 'int32',
  /** Names that no object refers to; see `ObjectTable`. */
  localNames: 'int32',
  firstLocalNameWords: 'int32',
  /** See `References`. */
  first: 'int32',
  targets: 'int32',
  /** Pairs of a reference and its label: most have none. */
  labelled: 'int32',
  /** See `Handoffs`. */
  handoffs: 'int32',
  /** Names that any object defines or refers to; see `ObjectTable`. */
  names: 'int32',
  firstNameWords: 'int32',
  nameHashes: 'int32',
  /** Per name: see `MENTION`. */
  mentions: 'int32',
  /** Per name, where its meaning begins in `meanings`; one more at the end. */
  firstMeanings: 'int32',
  meanings: 'int32',
} as const satisfies Record<string, ColumnKind>;

type StateColumn = keyof typeof COLUMNS;
type StateColumns = {
  readonly [K in StateColumn]: {
    int32: Int32Array;
    float64: Float64Array;
  }[(typeof COLUMNS)[K]];
};

const COLUMN_NAMES = Object.keys(COLUMNS) as StateColumn[];

type Outline = Omit<LinkState, 'columns' | 'classes'> & {
  /** Number of items of each column. */
  readonly lengths: readonly number[];
  /** Per way of counting locations, the number of classes, and of items in each list of places. */
  readonly modes: Readonly<
    Partial<Record<CountedLocations, readonly [classes: number, lists: number[]]>>
  >;
};

/** Writes a state as bytes: parts to be written one after the other. */
export function encodeLinkState({ columns, classes, ...rest }: LinkState): readonly Uint8Array[] {
  const modes: Partial<Record<CountedLocations, [number, number[]]>> = {};
  const all: Column[] = COLUMN_NAMES.map((name) => columns[name]);
  for (const [counted, { of, digests, lists, cyclic, places }] of Object.entries(classes)) {
    modes[counted as CountedLocations] = [lists.length, places.map(({ length }) => length)];
    all.push(of, digests, lists, cyclic, ...places);
  }
  const lengths = COLUMN_NAMES.map((name) => columns[name].length);
  return columnParts(MAGIC, { ...rest, lengths, modes } satisfies Outline, all);
}

/** Reads what {@link encodeLinkState} wrote; `undefined` for anything else, and for damaged bytes. */
export function decodeLinkState(bytes: Uint8Array): LinkState | undefined {
  const file = decodeColumns(MAGIC, bytes);
  if (file === undefined) return undefined;
  const { lengths, modes, ...rest } = file.outline as Outline;
  const columns = Object.fromEntries(
    COLUMN_NAMES.map((name, index) => [name, file.take(COLUMNS[name], lengths[index]!)]),
  ) as unknown as LinkState['columns'];
  const nodes = columns.nodeObjects.length;
  const classes: Partial<Record<CountedLocations, KnownClasses>> = {};
  for (const [counted, [count, lists]] of Object.entries(modes)) {
    classes[counted as CountedLocations] = {
      of: file.take('int32', nodes),
      digests: file.take('int32', count * 4),
      lists: file.take('int32', count),
      cyclic: file.take('int32', count),
      places: lists.map((length) => file.take('int32', length)),
    };
  }
  return { ...rest, columns, classes };
}
