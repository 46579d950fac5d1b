import { sectionsByName } from './collected-sections';
import { DigestInput } from './digest-input';
import * as elf from './elf/constants';
import { ABSOLUTE, COMMON, UNDEFINED } from './elf/elf-object';
import type { Relocation } from './elf/elf-object';
import { ObjectGraphError } from './errors';
import { exceptionEdges } from './exception-frames';
import type { ExceptionEdges } from './exception-frames';
import { LinkedProgram } from './linked-program';
import type { LinkedObject } from './linked-program';
import { isLinkerDefined } from './linker-symbols';
import { handedTo } from './location-handoff';
import { machineName } from './object-format';
import { isPanicLocation } from './panic-location';
import { PieceTable } from './piece-table';
import { candidateOffsets, isMergeable, pcBias } from './pieces';
import type { Piece } from './pieces';

/** One node: a piece with its references. */
export interface Node {
  /**
   * It is a place and not only a content: two writable statics of equal
   * content are different things, and so are two named constants, whose
   * addresses a program may compare.
   */
  readonly hasIdentity: boolean;
  /** Running code may write it. */
  readonly isWritable: boolean;
  /**
   * Digest of content, properties and of all that its references say besides
   * their targets: place, type, place within the target, names from outside.
   */
  readonly digest: string;
  /** Node numbers in the order of the references; -1 for what lies outside the objects. */
  readonly targets: readonly number[];
  /**
   * Targets, by index into `targets`, that are panic locations, each with the
   * functions that the code hands it to and does nothing else with; none where
   * that cannot be told.
   */
  readonly locations: ReadonlyMap<number, readonly number[]>;
}

/** Ranges `[start, end)` of a piece whose bytes do not count. */
export type MaskedRange = readonly [start: number, end: number];

/** What a symbol of an object stands for. */
interface SymbolMeaning {
  /** Nodes, each with the symbol's offset in it: none, one, or, where a weak definition may lose, several. */
  readonly nodes: readonly {
    readonly node: number;
    readonly offset: number;
    readonly isIndirect: boolean;
  }[];
  /** A symbol of this mergeable section, whose piece depends on the reference. */
  readonly mergeable: number | undefined;
  /** What is known of a symbol without a node: its name, or its absolute value. */
  readonly outside: string | undefined;
}

/**
 * The graph of pieces of a link, built as far as it is asked for. Every
 * reference of a piece resolves to a piece, to a name imported from a shared
 * library, or to a name that the linker makes; anything else is an error.
 */
export class ObjectGraph {
  readonly program: LinkedProgram;
  readonly #pieces = new PieceTable();
  readonly #masks = new Map<number, readonly MaskedRange[]>();
  readonly #nodes: (Node | undefined)[] = [];
  readonly #exceptionEdges = new Map<LinkedObject, ExceptionEdges>();
  readonly #meanings: (SymbolMeaning | undefined)[][] = [];
  readonly #locations = new Map<number, boolean>();
  readonly #input = new DigestInput();
  #collected: ReturnType<typeof sectionsByName> | undefined;

  constructor(program: LinkedProgram) {
    if (program.machine !== elf.EM_X86_64 && program.machine !== elf.EM_AARCH64) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `code for ${machineName(program.machine)} is not followed, only for x86_64 and aarch64`,
      );
    }
    this.program = program;
  }

  /** Number of nodes known so far. */
  get size(): number {
    return this.#pieces.size;
  }

  /** Says that some bytes of a piece do not count; to be called before its node is read. */
  mask(id: number, ranges: readonly MaskedRange[]): void {
    this.#masks.set(id, ranges);
  }

  /** The nodes that a global name stands for. */
  nodesOf(name: string): number[] {
    return this.program
      .resolve(name)
      .filter(({ object, symbol }) => object.elf.symbol(symbol).section !== ABSOLUTE)
      .map(({ object, symbol }) => this.#pieces.ofSymbol(object, symbol));
  }

  /** The node that holds an offset of a section. */
  nodeAtOffset(object: LinkedObject, section: number, offset: number): number {
    return this.#pieces.atOffset(object, section, offset);
  }

  /** A node with its references; what it refers to becomes known, which raises `size`. */
  node(id: number): Node {
    return (this.#nodes[id] ??= this.#read(id));
  }

  piece(id: number): Piece {
    return this.#pieces.piece(id);
  }

  /** The name of the function or static in a node; empty without one. */
  symbol(id: number): string {
    return this.#pieces.symbol(id);
  }

  /** Whether a node is machine code. */
  isCode(id: number): boolean {
    return this.#pieces.isCode(id);
  }

  #read(id: number): Node {
    const piece = this.#pieces.piece(id);
    if (piece.section === COMMON) {
      this.#input.text('common');
      this.#input.number(piece.end);
      // A common symbol's value is its alignment (System V ABI, "Symbol Table").
      this.#input.number(piece.object.elf.symbol(this.#pieces.symbolIndex(id)).value);
      return {
        hasIdentity: true,
        isWritable: true,
        digest: this.#input.digest(),
        targets: [],
        locations: NO_LOCATIONS,
      };
    }
    const { elf: file } = piece.object;
    const section = file.section(piece.section);
    if ((section.flags & elf.SHF_ALLOC) === 0) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${file.name}: loaded code refers to section ${file.sectionName(piece.section)}, which is not loaded`,
      );
    }
    const isCode = (section.flags & elf.SHF_EXECINSTR) !== 0;
    const content = file.content(piece.section);
    const targets: number[] = [];
    const locations = this.#followAll(piece, content, isCode, targets);

    const isReadOnlyAfterRelocation = file.sectionNameStartsWith(piece.section, '.data.rel.ro');
    const input = this.#input;
    input.number(section.flags & (elf.SHF_WRITE | elf.SHF_EXECINSTR | elf.SHF_TLS));
    input.number(isReadOnlyAfterRelocation ? 1 : 0);
    // How a mergeable section is aligned tells of its other pieces, too.
    input.number(isMergeable(section) ? 0 : section.align);
    input.number(piece.end - piece.start);
    if (section.type === elf.SHT_NOBITS) input.text('zero');
    else input.bytes(content.subarray(piece.start, piece.end), this.#masks.get(id));
    const isWritable = (section.flags & elf.SHF_WRITE) !== 0 && !isReadOnlyAfterRelocation;
    return {
      hasIdentity: isWritable || (!isCode && this.#pieces.isStatic(id)),
      isWritable,
      digest: input.digest(),
      targets,
      locations,
    };
  }

  /** Follows all that a piece refers to, then, for code, what runs when it unwinds. */
  #followAll(
    piece: Piece,
    content: Uint8Array,
    isCode: boolean,
    targets: number[],
  ): Node['locations'] {
    const relocations = piece.object.elf.relocations(piece.section, piece.start, piece.end);
    const firstTargets = new Int32Array(relocations.length + 1);
    const loaded: number[] = [];
    relocations.forEach((relocation, index) => {
      firstTargets[index] = targets.length;
      if (relocation.offset < piece.start || relocation.offset >= piece.end) return;
      this.#follow(piece, relocation, isCode ? content : undefined, targets);
      if (
        isCode &&
        targets.length > firstTargets[index] &&
        this.#isLocation(targets[firstTargets[index]]!)
      )
        loaded.push(index);
    });
    firstTargets[relocations.length] = targets.length;

    const locations = new Map<number, readonly number[]>();
    for (const index of loaded) {
      const called = this.#isWhole(piece, relocations[index]!, targets[firstTargets[index]!]!)
        ? handedTo(this.program.machine, content, relocations, index)
        : undefined;
      const functions =
        called === undefined ? [] : targets.slice(firstTargets[called], firstTargets[called + 1]);
      for (let target = firstTargets[index]!; target < firstTargets[index + 1]!; target++) {
        if (this.#isLocation(targets[target]!)) locations.set(target, functions);
      }
    }
    if (isCode) {
      this.#input.text('unwind');
      for (const relocation of this.#exceptions(piece.object).get(piece.section) ?? [])
        this.#follow(piece, relocation, undefined, targets);
    }
    return locations.size === 0 ? NO_LOCATIONS : locations;
  }

  /** Whether a reference means the beginning of a location, not a field of it. */
  #isWhole(piece: Piece, relocation: Relocation, location: number): boolean {
    const meant = this.#meaning(piece.object, relocation.symbol).nodes.find(
      ({ node }) => node === location,
    );
    return (
      meant !== undefined &&
      meant.offset + relocation.addend + pcBias(this.program.machine, relocation.type) === 0
    );
  }

  /** Adds what one reference means to `targets`, and all else that it says to the digest's input. */
  #follow(
    piece: Piece,
    relocation: Relocation,
    code: Uint8Array | undefined,
    targets: number[],
  ): void {
    const input = this.#input;
    input.number(relocation.offset - piece.start);
    input.number(relocation.type);
    const { nodes, mergeable, outside } = this.#meaning(piece.object, relocation.symbol);
    if (outside !== undefined) {
      input.text(outside);
      input.number(relocation.addend);
      targets.push(-1);
    }
    for (const { node, offset, isIndirect } of nodes) {
      input.number(isIndirect ? 1 : 0);
      input.number(offset + relocation.addend);
      targets.push(node);
    }
    if (mergeable !== undefined)
      this.#followIntoMergeable(piece, relocation, mergeable, code, targets);
  }

  #followIntoMergeable(
    piece: Piece,
    relocation: Relocation,
    index: number,
    code: Uint8Array | undefined,
    targets: number[],
  ): void {
    const { elf: file } = piece.object;
    const section = file.section(index);
    const symbol = file.symbol(relocation.symbol);
    const raw = symbol.value + relocation.addend;
    const bias = code === undefined ? 0 : pcBias(this.program.machine, relocation.type);
    const offsets =
      symbol.type === elf.STT_SECTION
        ? candidateOffsets(raw + bias, bias, code ?? NO_BYTES, relocation.offset)
        : [symbol.value];
    const candidates = new Set<number>();
    for (const offset of offsets) {
      if (offset >= 0 && offset < section.size)
        candidates.add(this.nodeAtOffset(piece.object, index, offset));
    }
    if (candidates.size === 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${file.name}: a reference to ${raw} in ${file.sectionName(index)}, which has ${section.size} bytes`,
      );
    }
    for (const node of candidates) {
      // Never an indirect function: said as for other targets, for the same constant may be named elsewhere.
      this.#input.number(0);
      this.#input.number(raw - this.#pieces.piece(node).start);
      targets.push(node);
    }
  }

  #meaning(object: LinkedObject, symbol: number): SymbolMeaning {
    const meanings = (this.#meanings[object.id] ??= []);
    return (meanings[symbol] ??= this.#readMeaning(object, symbol));
  }

  #readMeaning(object: LinkedObject, index: number): SymbolMeaning {
    const symbol = object.elf.symbol(index);
    if (index === 0 || symbol.section === ABSOLUTE)
      return { nodes: [], mergeable: undefined, outside: `absolute ${symbol.value}` };
    if (symbol.binding === elf.STB_LOCAL && symbol.section !== UNDEFINED) {
      if (symbol.section >= 0 && isMergeable(object.elf.section(symbol.section))) {
        return { nodes: [], mergeable: symbol.section, outside: undefined };
      }
      return { nodes: [this.#placeOf(object, index)], mergeable: undefined, outside: undefined };
    }
    const name = object.elf.symbolName(index);
    const definitions = this.program.resolve(name);
    if (definitions.length === 0) return this.#outside(object, name, symbol.binding);
    const inPieces = definitions.filter(
      (definition) => definition.object.elf.symbol(definition.symbol).section !== ABSOLUTE,
    );
    const values = definitions
      .filter((definition) => !inPieces.includes(definition))
      .map((definition) => `absolute ${definition.object.elf.symbol(definition.symbol).value}`);
    return {
      nodes: inPieces.map((definition) => this.#placeOf(definition.object, definition.symbol)),
      mergeable: undefined,
      outside: values.length === 0 ? undefined : values.join(),
    };
  }

  #placeOf(object: LinkedObject, index: number): SymbolMeaning['nodes'][number] {
    const { value, section, type } = object.elf.symbol(index);
    const node = this.#pieces.ofSymbol(object, index);
    return {
      node,
      offset: section === COMMON ? 0 : value - this.#pieces.piece(node).start,
      isIndirect: type === elf.STT_GNU_IFUNC,
    };
  }

  #outside(object: LinkedObject, name: string, binding: number): SymbolMeaning {
    const bounds = /^__(?:start|stop)_(.+)$/.exec(name);
    const sections = bounds === null ? [] : this.#sectionsNamed(bounds[1]!);
    const isKnown =
      sections.length > 0 ||
      binding === elf.STB_WEAK ||
      this.program.imports().has(name) ||
      isLinkerDefined(name);
    if (!isKnown) {
      throw new ObjectGraphError(
        'UNRESOLVED_SYMBOL',
        `${object.elf.name} refers to ${name}, which no captured object, archive or shared library defines`,
      );
    }
    return {
      nodes: sections.map((node) => ({ node, offset: 0, isIndirect: false })),
      mergeable: undefined,
      outside: `name ${name}`,
    };
  }

  #sectionsNamed(name: string): number[] {
    this.#collected ??= sectionsByName(this.program.allObjects());
    const sections = this.#collected.get(name) ?? [];
    return sections.flatMap(({ object, section }) => this.#pieces.ofSection(object, section));
  }

  #exceptions(object: LinkedObject): ExceptionEdges {
    let edges = this.#exceptionEdges.get(object);
    if (edges === undefined) {
      edges = exceptionEdges(object.elf);
      this.#exceptionEdges.set(object, edges);
    }
    return edges;
  }

  #isLocation(node: number): boolean {
    if (node < 0) return false;
    let result = this.#locations.get(node);
    if (result === undefined) {
      result = isPanicLocation(this.#pieces.piece(node));
      this.#locations.set(node, result);
    }
    return result;
  }
}

const NO_LOCATIONS: Node['locations'] = new Map();
const NO_BYTES = new Uint8Array(0);
