import type { ObjectGraphErrorCode } from './errors';

/** What is known of a piece, as bits. */
export const PIECE = {
  /** Machine code. */
  code: 1,
  /** Running code may write it. */
  writable: 2,
  /**
   * It is a place and not only a content: two writable statics of equal content
   * are different things, and so are two named constants, whose addresses a
   * program may compare.
   */
  place: 4,
  /** A `core::panic::Location`. */
  location: 8,
  threadLocal: 16,
  /** Code that tells a line that it got as a location. */
  readsLocation: 32,
  /** Code that sets a panic hook. */
  setsHook: 64,
  /** Code that only carries locations into a `log::Record`. */
  logFacade: 128,
  /** Code that only wraps its arguments and panics. */
  panicWrapper: 256,
  /** Counters that coverage instrumentation adds. */
  coverage: 512,
  /** It cannot be followed: see `errors`. */
  failed: 1024,
  /** It holds the name of the file that shows a process its environment. */
  namesEnvironment: 2048,
  /** Of its bytes, some could be a part of that name. */
  mayNameEnvironment: 4096,
  /** It's the text `RUST_MIN_STACK`. */
  minimumStack: 8192,
  /** It tells where the program's own file lies: a function of the standard library, or the path's text. */
  findsProgram: 16384,
  /** It's the function of the standard library that takes a backtrace, whatever the environment says. */
  tracesProgram: 32768,
} as const;

/** Numbers that describe one definition of a global name, in `definitions`. */
export const DEFINITION = {
  /** Index of its name. */
  name: 0,
  /** Piece, or -1 for a symbol without one: an absolute value. */
  piece: 1,
  /** Offset in the piece, or the absolute value. */
  offset: 2,
  /** How linkers compare definitions: weak, common, strong. */
  rank: 3,
  /** 1 for a function whose address a function of the program chooses. */
  isIndirect: 4,
  /** Index in `groups`; -1 for none. */
  group: 5,
  /** Of a common symbol, in bytes. */
  size: 6,
  stride: 7,
} as const;

/** Numbers that describe a test, in `descriptors`. */
export const DESCRIPTOR = { name: 0, piece: 1, digest: 2, stride: 6 } as const;

/** Words of a digest. */
export const DIGEST_WORDS = 4;

/**
 * All that fingerprints need of one object: its pieces, what they refer to, and
 * the names by which objects know each other. It depends on the object's
 * content alone, not on the rest of the link, and so is kept from build to build.
 * References are numbers: a piece of the object, or, if negative, the
 * bitwise complement of an index of `externals`.
 */
export interface ObjectTable {
  /** `e_machine` of the object. */
  readonly machine: number;
  /** It holds GCC's intermediate code instead of machine code. */
  readonly isSlim: boolean;
  /**
   * Per piece, {@link DIGEST_WORDS} words: content, properties, and all that its
   * references say besides what they lead to.
   */
  readonly pieceDigests: Int32Array;
  readonly pieceFlags: Int32Array;
  /** Name of the function or static in it; 0 for none. */
  readonly pieceNames: Int32Array;
  /** Name of its section without that of the function or static. */
  readonly pieceSections: Int32Array;
  /** In bytes. */
  readonly pieceSizes: Float64Array;
  /** Per piece, where its references begin in `references`; one more at the end. */
  readonly firstReferences: Int32Array;
  /** In order: those of the content, then, for code, those that unwinding makes. */
  readonly references: Int32Array;
  /**
   * References of code to locations which it hands to a function and does
   * nothing else with: the reference, the first one of those that mean the
   * function, and how many do. Ascending.
   */
  readonly handoffs: Int32Array;
  /** Global names that it refers to: index of the name, 1 for a weak reference. */
  readonly externals: Int32Array;
  /** See {@link DEFINITION}. */
  readonly definitions: Float64Array;
  /** Names of the groups of which a link takes the first. */
  readonly groups: Int32Array;
  /** See {@link DESCRIPTOR}; the digest is the piece's without lines and columns. */
  readonly descriptors: Int32Array;
  /**
   * What runs without being named: constructors and destructors of the process,
   * each with the name of its section, which says when, and the piece, and
   * functions without a global name that choose others at every start, with no name.
   */
  readonly unnamed: Int32Array;
  /** Loaded sections whose names a linker makes `__start_` and `__stop_` for: name, piece. */
  readonly collected: Int32Array;
  /** Definitions by which the test harness and the program's start are known: see `ENTRY`. */
  readonly entries: Int32Array;
  /** Names as bytes, each padded with zeros to whole words, the first one empty. */
  readonly names: Int32Array;
  /** Where each name begins in `names`; one more at the end. */
  readonly firstNameWords: Int32Array;
  readonly nameHashes: Int32Array;
  /** Why pieces failed. */
  readonly errors: readonly {
    readonly piece: number;
    readonly code: ObjectGraphErrorCode;
    /** With {@link FILE_NAME} in place of the file's. */
    readonly message: string;
  }[];
}

/** Stands for the name of a file in messages that are kept. */
export const FILE_NAME = '\0';

/** What `entries` tells: pairs of a kind and the index of a definition. */
export const ENTRY = { harness: 0, languageStart: 1 } as const;

/** Of a file, what fingerprints need: one table, or those of an archive's members. */
export interface FileTable {
  readonly members: readonly MemberTable[];
  /** For an archive: its index, as pairs of a member and its definition; -1 for a definition that the member lacks. */
  readonly index: Int32Array | undefined;
  /** Names in the index whose definitions are missing, by position in `index`. */
  readonly missing: readonly { readonly entry: number; readonly name: string }[];
}

/** A member of an archive; the object itself for a file that is none. */
export interface MemberTable {
  /** Of the member; empty for a file that is no archive. */
  readonly name: string;
  readonly table: ObjectTable | undefined;
  /** Why there is no table. */
  readonly error: { readonly code: ObjectGraphErrorCode; readonly message: string } | undefined;
}

/** The name of an index as Latin-1 text. */
export function tableName(
  table: Pick<ObjectTable, 'names' | 'firstNameWords'>,
  index: number,
): string {
  const start = table.firstNameWords[index]!;
  const end = table.firstNameWords[index + 1]!;
  const { buffer, byteOffset } = table.names;
  const bytes = Buffer.from(buffer, byteOffset + start * 4, (end - start) * 4);
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return bytes.toString('latin1', 0, length);
}

/** A number for a name's words, equal for equal names (Jenkins' one-at-a-time, on words). */
export function hashWords(words: Int32Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) {
    hash = Math.imul(hash ^ words[at]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
  return hash ^ (hash >>> 16);
}
