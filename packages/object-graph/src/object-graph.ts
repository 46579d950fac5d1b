import { createHash } from 'node:crypto';
import * as elf from './elf/constants';
import { ABSOLUTE, COMMON, UNDEFINED } from './elf/elf-object';
import type { ElfSymbol, Relocation, Section } from './elf/elf-object';
import { ObjectGraphError } from './errors';
import { exceptionEdges } from './exception-frames';
import type { ExceptionEdges } from './exception-frames';
import { LinkedProgram } from './linked-program';
import type { LinkedObject } from './linked-program';
import { isLinkerDefined } from './linker-symbols';
import { isPanicLocation } from './panic-location';
import { isStandardPanicPath } from './symbol-name';

/**
 * A piece: the smallest part of a section that a reference can mean. It's a
 * whole section (one function, one constant, one static), or one string or
 * entry of a mergeable section, whose neighbours belong to other code.
 */
export interface Piece {
  readonly object: LinkedObject;
  readonly section: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A reference from code to a panic location. A `panic` one is handed to the
 * standard library, where only a panic hook can read it; a `caller` one is
 * handed to other code, as a `#[track_caller]` function gets it.
 */
export type LocationUse = 'panic' | 'caller';

/** One node: a piece with its references. */
export interface Node {
  /**
   * It is a place and not only a content: two writable statics of equal
   * content are different things, and so are two named constants, whose
   * addresses a program may compare.
   */
  readonly hasIdentity: boolean;
  /**
   * Digest of content, properties and of all that its references say besides
   * their targets: place, type, place within the target, names from outside.
   */
  readonly digest: Buffer;
  /** Node numbers in the order of the references; -1 for what lies outside the objects. */
  readonly targets: readonly number[];
  /** By index into `targets`: those that lead to panic locations. */
  readonly locations: ReadonlyMap<number, LocationUse>;
}

/** Ranges `[start, end)` of a piece whose bytes do not count. */
export type MaskedRange = readonly [start: number, end: number];

/**
 * The graph of pieces of a link, built as far as it is asked for. Every
 * reference of a piece resolves to a piece, to a name imported from a shared
 * library, or to a name that the linker makes; anything else is an error.
 */
export class ObjectGraph {
  readonly program: LinkedProgram;
  readonly #ids: Map<number, number>[] = [];
  readonly #pieces: Piece[] = [];
  readonly #symbols: string[] = [];
  readonly #named: boolean[] = [];
  readonly #masks = new Map<number, readonly MaskedRange[]>();
  readonly #nodes: (Node | undefined)[] = [];
  readonly #exceptionEdges = new Map<LinkedObject, ExceptionEdges>();
  readonly #sectionSymbols = new Map<
    LinkedObject,
    Map<number, { name: string; isObject: boolean }>
  >();
  readonly #locations = new Map<number, boolean>();
  #startStop: Map<string, number[]> | undefined;

  constructor(program: LinkedProgram) {
    if (program.machine !== elf.EM_X86_64 && program.machine !== elf.EM_AARCH64) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `machine ${program.machine}: only x86_64 and aarch64 are followed`,
      );
    }
    this.program = program;
  }

  /** Number of nodes known so far. */
  get size(): number {
    return this.#pieces.length;
  }

  /** Says that some bytes of a piece do not count; to be called before its node is read. */
  mask(id: number, ranges: readonly MaskedRange[]): void {
    this.#masks.set(id, ranges);
  }

  /** The nodes that a global name stands for. */
  nodesOf(name: string): number[] {
    return this.program.resolve(name).flatMap(({ object, symbol }) => {
      const found = object.elf.symbol(symbol);
      return found.section === ABSOLUTE ? [] : [this.#nodeAt(object, symbol, found, found.value)];
    });
  }

  /** The node that holds an offset of a section. */
  nodeAtOffset(object: LinkedObject, section: number, offset: number): number {
    const found = object.elf.section(section);
    const [start, end] = pieceBounds(object, section, found, offset);
    return this.#intern(object, section, start, end);
  }

  /** A node with its references; what it refers to becomes known, which raises `size`. */
  node(id: number): Node {
    const known = this.#nodes[id];
    if (known !== undefined) return known;
    const node = this.#read(id);
    this.#nodes[id] = node;
    return node;
  }

  piece(id: number): Piece {
    return this.#pieces[id]!;
  }

  /** The name of a node, without reading it. */
  symbol(id: number): string {
    return this.#symbols[id]!;
  }

  /** Whether a node is machine code. */
  isCode(id: number): boolean {
    const { object, section } = this.#pieces[id]!;
    return section >= 0 && (object.elf.section(section).flags & elf.SHF_EXECINSTR) !== 0;
  }

  #read(id: number): Node {
    const piece = this.#pieces[id]!;
    const hash = createHash('sha256');
    if (piece.section === COMMON) {
      hash.update(`common ${piece.end}`);
      return {
        hasIdentity: true,
        digest: hash.digest().subarray(0, 16),
        targets: [],
        locations: NO_LOCATIONS,
      };
    }
    const section = piece.object.elf.section(piece.section);
    if ((section.flags & elf.SHF_ALLOC) === 0) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${piece.object.elf.name}: loaded code refers to section ${section.name}, which is not loaded`,
      );
    }
    const isCode = (section.flags & elf.SHF_EXECINSTR) !== 0;
    const targets: number[] = [];
    const locations = new Map<number, LocationUse>();
    let labels = '';
    const references = this.#references(piece, isCode);
    references.forEach((candidates, index) => {
      for (const target of candidates) {
        if (isCode && this.#isLocation(target)) {
          locations.set(
            targets.length,
            isOnlyForPanics(this, piece, references, index, target) ? 'panic' : 'caller',
          );
        }
        labels += `${target.label}\n`;
        targets.push(target.node);
      }
    });
    const flags = section.flags & (elf.SHF_WRITE | elf.SHF_EXECINSTR | elf.SHF_TLS);
    hash.update(
      `${section.type === elf.SHT_NOBITS ? 'zero' : 'bytes'} ${flags} ${section.align} ${piece.end - piece.start}\n${labels}`,
    );
    if (section.type !== elf.SHT_NOBITS) {
      const content = piece.object.elf.content(piece.section).subarray(piece.start, piece.end);
      hash.update(masked(content, this.#masks.get(id)));
    }
    const isReadOnlyAfterRelocation = section.name.startsWith('.data.rel.ro');
    return {
      hasIdentity:
        ((section.flags & elf.SHF_WRITE) !== 0 && !isReadOnlyAfterRelocation) ||
        (!isCode && this.#named[id]!),
      digest: hash.digest().subarray(0, 16),
      targets,
      locations: locations.size === 0 ? NO_LOCATIONS : locations,
    };
  }

  /** All that a piece refers to, then, for code, what runs when it unwinds. */
  #references(piece: Piece, isCode: boolean): Target[][] {
    const references: Target[][] = [];
    for (const relocation of piece.object.elf.relocations(piece.section)) {
      if (relocation.offset >= piece.start && relocation.offset < piece.end) {
        references.push(this.#resolve(piece, relocation, isCode));
      }
    }
    if (!isCode) return references;
    let frames = this.#exceptionEdges.get(piece.object);
    if (frames === undefined) {
      frames = exceptionEdges(piece.object.elf);
      this.#exceptionEdges.set(piece.object, frames);
    }
    for (const relocation of frames.get(piece.section) ?? []) {
      references.push(
        this.#resolve(piece, relocation, false).map((target) => ({
          ...target,
          label: `unwind ${target.label}`,
        })),
      );
    }
    return references;
  }

  #resolve(piece: Piece, relocation: Relocation, isCode: boolean): Target[] {
    const { object } = piece;
    const symbol = object.elf.symbol(relocation.symbol);
    const place = `${relocation.offset - piece.start} ${relocation.type}`;
    if (relocation.symbol === 0 || symbol.section === ABSOLUTE) {
      return [
        {
          node: -1,
          label: `${place} absolute ${symbol.value + relocation.addend}`,
          offset: 0,
          symbol: '',
        },
      ];
    }
    const bias = isCode ? pcBias(this.program.machine, relocation.type) : 0;
    if (symbol.binding === elf.STB_LOCAL && symbol.section !== UNDEFINED) {
      return this.#local(piece, relocation, symbol, place, bias);
    }
    const definitions = this.program.resolve(symbol.name);
    if (definitions.length === 0) {
      return this.#external(piece, symbol, `${place} ${relocation.addend}`);
    }
    return definitions.flatMap((definition) => {
      const target = definition.object.elf.symbol(definition.symbol);
      if (target.section === ABSOLUTE) {
        return [
          {
            node: -1,
            label: `${place} absolute ${target.value + relocation.addend}`,
            offset: 0,
            symbol: symbol.name,
          },
        ];
      }
      // A named target's piece is where the name stands; the addend tells the place within it.
      const node = this.#nodeAt(definition.object, definition.symbol, target, target.value);
      const offset = target.value + relocation.addend - this.#pieces[node]!.start;
      return [
        {
          node,
          label: `${place} ${offset}`,
          offset: target.value + relocation.addend + bias,
          symbol: symbol.name,
        },
      ];
    });
  }

  #local(
    piece: Piece,
    relocation: Relocation,
    symbol: ElfSymbol,
    place: string,
    bias: number,
  ): Target[] {
    const { object } = piece;
    const raw = symbol.value + relocation.addend;
    const section = symbol.section === COMMON ? undefined : object.elf.section(symbol.section);
    if (section === undefined || !isMergeable(section)) {
      const node = this.#nodeAt(object, relocation.symbol, symbol, symbol.value);
      return [
        {
          node,
          label: `${place} ${raw - this.#pieces[node]!.start}`,
          offset: raw + bias,
          symbol: this.#symbols[node]!,
        },
      ];
    }
    // How far the field lies before the end of its instruction is not recorded:
    // where the usual distance does not meet the start of an entry, the
    // neighbours that other distances would mean count as well.
    const usual = symbol.type === elf.STT_SECTION ? raw + bias : symbol.value;
    const candidates = new Set<number>();
    for (const offset of candidateOffsets(usual, bias, section)) {
      if (offset >= 0 && offset < section.size)
        candidates.add(this.nodeAtOffset(object, symbol.section, offset));
    }
    if (candidates.size === 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${object.elf.name}: a reference to ${usual} in ${section.name}, which has ${section.size} bytes`,
      );
    }
    return [...candidates].map((node) => ({
      node,
      label: `${place} ${raw - this.#pieces[node]!.start}`,
      offset: usual - this.#pieces[node]!.start,
      symbol: '',
    }));
  }

  #external(piece: Piece, symbol: ElfSymbol, label: string): Target[] {
    const bounds = /^__(?:start|stop)_(.+)$/.exec(symbol.name);
    const sections = bounds === null ? [] : this.#sectionsNamed(bounds[1]!);
    const external = {
      node: -1,
      label: `${label} name ${symbol.name}`,
      offset: 0,
      symbol: symbol.name,
    };
    if (sections.length > 0) {
      return [
        external,
        ...sections.map((node) => ({
          node,
          label: `${label} section`,
          offset: 0,
          symbol: symbol.name,
        })),
      ];
    }
    const isKnown =
      symbol.binding === elf.STB_WEAK ||
      this.program.imports().has(symbol.name) ||
      isLinkerDefined(symbol.name);
    if (!isKnown) {
      throw new ObjectGraphError(
        'UNRESOLVED_SYMBOL',
        `${piece.object.elf.name} refers to ${symbol.name}, which no captured object, archive or shared library defines`,
      );
    }
    return [external];
  }

  /** The sections between `__start_NAME` and `__stop_NAME`, in every object (linkme uses them). */
  #sectionsNamed(name: string): number[] {
    if (this.#startStop === undefined) {
      this.#startStop = new Map();
      for (const object of this.program.allObjects()) {
        for (let index = 1; index < object.elf.sectionCount; index++) {
          const section = object.elf.section(index);
          if ((section.flags & elf.SHF_ALLOC) === 0 || !/^[A-Za-z_]\w*$/.test(section.name))
            continue;
          const list = this.#startStop.get(section.name) ?? [];
          list.push(this.#intern(object, index, 0, section.size));
          this.#startStop.set(section.name, list);
        }
      }
    }
    return this.#startStop.get(name) ?? [];
  }

  #nodeAt(object: LinkedObject, index: number, symbol: ElfSymbol, offset: number): number {
    if (symbol.section === COMMON) return this.#internCommon(object, index, symbol);
    const section = object.elf.section(symbol.section);
    const [start, end] = pieceBounds(object, symbol.section, section, offset);
    return this.#intern(object, symbol.section, start, end);
  }

  #intern(object: LinkedObject, section: number, start: number, end: number): number {
    // Sections are counted in 32 bits, but no file has 2^21 of them and pieces beyond 4 GiB.
    const key = section * 2 ** 32 + start;
    const ids = (this.#ids[object.id] ??= new Map());
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = this.#pieces.length;
    // The linker merges equal pieces, so a mergeable one is never a place of its own.
    const name = isMergeable(object.elf.section(section))
      ? undefined
      : this.#symbolOf(object, section);
    ids.set(key, id);
    this.#pieces.push({ object, section, start, end });
    this.#symbols.push(name?.name ?? '');
    this.#named.push(name?.isObject ?? false);
    return id;
  }

  #internCommon(object: LinkedObject, index: number, symbol: ElfSymbol): number {
    const key = -index;
    const ids = (this.#ids[object.id] ??= new Map());
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = this.#pieces.length;
    ids.set(key, id);
    this.#pieces.push({ object, section: COMMON, start: 0, end: symbol.size });
    this.#symbols.push(symbol.name);
    this.#named.push(true);
    return id;
  }

  /** The name of the first function or static in a section; assembler labels (`.L…`) are not names. */
  #symbolOf(
    object: LinkedObject,
    section: number,
  ): { name: string; isObject: boolean } | undefined {
    let names = this.#sectionSymbols.get(object);
    if (names === undefined) {
      names = new Map();
      for (let index = 1; index < object.elf.symbolCount(); index++) {
        const symbol = object.elf.symbol(index);
        if (
          symbol.section < 0 ||
          symbol.type === elf.STT_SECTION ||
          symbol.name === '' ||
          symbol.name.startsWith('.L')
        )
          continue;
        const isObject = symbol.type === elf.STT_OBJECT || symbol.type === elf.STT_TLS;
        if (!names.has(symbol.section) || isObject)
          names.set(symbol.section, { name: symbol.name, isObject });
      }
      this.#sectionSymbols.set(object, names);
    }
    return names.get(section);
  }

  #isLocation(target: Target): boolean {
    if (target.node < 0) return false;
    let result = this.#locations.get(target.node);
    if (result === undefined) {
      result = isPanicLocation(this.#pieces[target.node]!);
      this.#locations.set(target.node, result);
    }
    return result;
  }
}

const NO_LOCATIONS: ReadonlyMap<number, LocationUse> = new Map();

interface Target {
  readonly node: number;
  readonly label: string;
  /** Offset within the target's section, corrected by the PC bias. */
  readonly offset: number;
  readonly symbol: string;
}

/**
 * Whether code does nothing with a location but hand it to the standard
 * library. Unoptimised code loads a location just before the call that takes
 * it, so that call decides. Optimised code moves loads about, so every call of
 * the function must be the standard library's.
 */
function isOnlyForPanics(
  graph: ObjectGraph,
  piece: Piece,
  references: readonly (readonly Target[])[],
  index: number,
  location: Target,
): boolean {
  if (piece.object.isStandard) return true;
  if (location.offset !== graph.piece(location.node).start) return false;
  if (piece.object.optimized) {
    return references.every((targets) =>
      targets.every((target) => !isCall(graph, target) || isStandardPanicPath(target.symbol)),
    );
  }
  for (const targets of references.slice(index + 1)) {
    const call = targets.find((target) => isCall(graph, target));
    if (call !== undefined) return isStandardPanicPath(call.symbol);
  }
  return false;
}

/** A reference to a function; copies of memory are not counted, as the compiler puts them anywhere. */
function isCall(graph: ObjectGraph, target: Target): boolean {
  if (target.node < 0)
    return target.symbol !== '' && !/^mem(?:cpy|move|set|cmp)$/.test(target.symbol);
  return graph.isCode(target.node);
}

function isMergeable(section: Section): boolean {
  return (section.flags & elf.SHF_MERGE) !== 0 && section.entrySize > 0;
}

/** The piece of a section that holds an offset. */
function pieceBounds(
  object: LinkedObject,
  index: number,
  section: Section,
  offset: number,
): [number, number] {
  if (!isMergeable(section) || offset < 0 || offset >= section.size) return [0, section.size];
  const width = section.entrySize;
  const entry = Math.floor(offset / width) * width;
  if ((section.flags & elf.SHF_STRINGS) === 0)
    return [entry, Math.min(entry + width, section.size)];
  const content = object.elf.content(index);
  const isEnd = (at: number) => content.subarray(at, at + width).every((byte) => byte === 0);
  let start = entry;
  while (start >= width && !isEnd(start - width)) start -= width;
  let end = entry;
  while (end < section.size && !isEnd(end)) end += width;
  return [start, Math.min(end + width, section.size)];
}

/** Relocation types of x86_64 code whose field is relative to the end of the instruction (psABI, table 4.9). */
const PC_RELATIVE_X86 = new Set([
  2, 4, 9, 19, 20, 22, 26, 29, 31, 41, 42, 43, 44, 45, 46, 47, 48, 49,
]);

/** Distance from the field to the end of the usual instruction; none on aarch64, where addends are exact. */
function pcBias(machine: number, type: number): number {
  return machine === elf.EM_X86_64 && PC_RELATIVE_X86.has(type) ? 4 : 0;
}

/** Offsets that a reference into a mergeable section may mean: an immediate operand of 1, 2 or 4 bytes moves it. */
function candidateOffsets(usual: number, bias: number, section: Section): number[] {
  if (bias === 0) return [usual];
  const isAligned = (section.flags & elf.SHF_STRINGS) === 0 && usual % section.entrySize === 0;
  return isAligned ? [usual] : [usual, usual + 1, usual + 2, usual + 4];
}

function masked(content: Uint8Array, ranges: readonly MaskedRange[] | undefined): Uint8Array {
  if (ranges === undefined) return content;
  const copy = Uint8Array.from(content);
  for (const [start, end] of ranges) copy.fill(0, start, end);
  return copy;
}
