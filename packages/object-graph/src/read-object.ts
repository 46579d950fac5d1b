import { comdatGroups } from './comdat-groups';
import { DigestInput } from './digest-input';
import * as elf from './elf/constants';
import { ABSOLUTE, COMMON, UNDEFINED } from './elf/elf-object';
import type { ElfObject, Relocation, RelocationColumns } from './elf/elf-object';
import type { SymbolTable } from './elf/symbol-table';
import { ObjectGraphError } from './errors';
import { exceptionFrames } from './exception-frames';
import type { ExceptionFrames, FrameEntry } from './exception-frames';
import { Int32List } from './growing-array';
import { handedTo } from './location-handoff';
import { environmentRole, mayNameEnvironment } from './environment-text';
import { NameList } from './name-list';
import type { NamedPlaces } from './named-places';
import { SLIM_MARK_SIZE } from './object-loader';
import { DEFINITION, DIGEST_WORDS, ENTRY, PIECE } from './object-table';
import type { ObjectTable } from './object-table';
import { isPanicLocation, LOCATION_SIZE } from './panic-location';
import { candidateOffsets, pcBias, PieceBounds } from './pieces';
import { portableContent } from './portable-content';
import { runsUnnamed, sectionLabel } from './section-roles';
import { isGivenByCompiler, namesStatic, namingSymbols } from './static-names';
import { codeRole } from './symbol-name';
import { describedTest, DESCRIPTOR_LINES, DESCRIPTOR_SIZE } from './test-descriptor';
import { textLengths } from './text-lengths';
import type { TextLength } from './text-lengths';

/** How definitions of one name compare: linkers take the highest, and of equal ones the first. */
export const WEAK = 0;
export const COMMON_RANK = 1;
export const STRONG = 2;

/**
 * Reads all of an object that fingerprints need.
 *
 * @param places Folders of this machine whose paths in constants do not count.
 * @throws {ObjectGraphError} when nothing of it can be followed. What concerns
 *   one piece only is kept with that piece, for nobody may ever reach it.
 */
export function readObject(object: ElfObject, places: NamedPlaces): ObjectTable {
  if (object.type !== elf.ET_REL) {
    throw new ObjectGraphError(
      'UNSUPPORTED_OBJECT',
      `${object.name}: file type ${object.type}, expected a relocatable object`,
    );
  }
  return new ObjectReader(object, places).read();
}

class ObjectReader {
  readonly #object: ElfObject;
  readonly #symbols: SymbolTable | undefined;
  readonly #bounds: PieceBounds;
  readonly #naming: Int32Array;
  readonly #places: NamedPlaces;
  /** Whether any piece may hold the path of a place, or speak of the environment: most objects need not be looked at. */
  readonly #mayHoldPlaces: boolean;
  readonly #mayNameEnvironment: boolean;
  /** What is wrong with them, where that is so: it matters if any code is reached. */
  readonly #frames: ExceptionFrames | ObjectGraphError;
  readonly #names = new NameList();
  readonly #input = new DigestInput();
  readonly #firsts = new Int32List();

  readonly #sections: number[] = [];
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];
  readonly #pieceFlags = new Int32List(1024);
  readonly #pieceNames = new Int32List(1024);
  readonly #pieceSections = new Int32List(1024);
  readonly #digests = new Int32List(4096);
  readonly #firstReferences = new Int32List(1024);
  readonly #references = new Int32List(4096);
  readonly #handoffs = new Int32List();
  readonly #externals = new Int32List();
  readonly #definitions: number[] = [];
  readonly #groups = new Int32List();
  readonly #descriptors = new Int32List();
  readonly #unnamed = new Int32List();
  readonly #collected = new Int32List();
  readonly #entries = new Int32List();
  /** Pieces that choose a function known to this object alone. */
  readonly #resolvers = new Set<number>();
  readonly #errors: { piece: number; code: ObjectGraphError['code']; message: string }[] = [];

  /** Piece of each section that is one piece, plus 1. */
  readonly #wholeSections: Int32Array;
  /** Pieces of mergeable sections and of common symbols. */
  readonly #partPieces = new Map<number, number>();
  /** Per symbol, plus 1: index of its name, and index in `externals`. */
  readonly #symbolNames: Int32Array;
  readonly #symbolExternals: Int32Array;

  constructor(object: ElfObject, places: NamedPlaces) {
    this.#object = object;
    this.#places = places;
    const loaded = object.loadedBytes();
    this.#mayHoldPlaces = !places.areEmpty && loaded.some((bytes) => places.mayStandIn(bytes));
    this.#mayNameEnvironment = loaded.some(mayNameEnvironment);
    this.#symbols = object.symbols;
    this.#bounds = new PieceBounds(object);
    this.#naming = namingSymbols(object);
    this.#frames = orError(() => exceptionFrames(object));
    this.#wholeSections = new Int32Array(object.sectionCount);
    const symbolCount = this.#symbols?.count ?? 0;
    this.#symbolNames = new Int32Array(symbolCount);
    this.#symbolExternals = new Int32Array(symbolCount);
  }

  read(): ObjectTable {
    const object = this.#object;
    const { sections } = object;
    for (let index = 1; index < sections.count; index++) {
      if (!sections.isLoaded(index)) continue;
      // Frames are read by what they describe; notes are for people, and for tools.
      const isApart =
        sections.types[index] === elf.SHT_NOTE ||
        object.sectionNameStartsWith(index, '.eh_frame\0');
      if (!isApart && !object.isMergeable(index)) this.#wholePiece(index);
      this.#addRoles(index);
    }
    this.#markLocations();
    this.#addDefinitions();
    for (let piece = 0; piece < this.#sections.length; piece++) this.#readPiece(piece);
    this.#firstReferences.push(this.#references.length);
    for (const piece of this.#resolvers) {
      this.#unnamed.push(0);
      this.#unnamed.push(piece);
    }
    return {
      machine: object.machine,
      isSlim: isSlim(object),
      pieceDigests: this.#digests.toArray(),
      pieceFlags: this.#pieceFlags.toArray(),
      pieceNames: this.#pieceNames.toArray(),
      pieceSections: this.#pieceSections.toArray(),
      pieceSizes: Float64Array.from(this.#sizes),
      firstReferences: this.#firstReferences.toArray(),
      references: this.#references.toArray(),
      handoffs: this.#handoffs.toArray(),
      externals: this.#externals.toArray(),
      definitions: Float64Array.from(this.#definitions),
      groups: this.#groups.toArray(),
      descriptors: this.#descriptors.toArray(),
      unnamed: this.#unnamed.toArray(),
      collected: this.#collected.toArray(),
      entries: this.#entries.toArray(),
      ...this.#names.columns,
      errors: this.#errors,
    };
  }

  /** Notes a section that runs, or is read, without anything in the link naming it. */
  #addRoles(index: number): void {
    const object = this.#object;
    if (runsUnnamed(object, index)) {
      const name = this.#names.add(object.sectionName(index));
      for (const piece of this.#piecesOf(index)) {
        this.#unnamed.push(name);
        this.#unnamed.push(piece);
      }
    }
    // A name with a dot is not free for `__start_` and `__stop_`.
    if (!object.sectionNameStartsWith(index, '.')) {
      const name = this.#names.add(object.sectionName(index));
      for (const piece of this.#piecesOf(index)) {
        this.#collected.push(name);
        this.#collected.push(piece);
      }
    }
  }

  #addDefinitions(): void {
    const symbols = this.#symbols;
    if (symbols === undefined) return;
    const groupOf = new Map<number, number>();
    for (const { signature, sections } of comdatGroups(this.#object)) {
      for (const section of sections) groupOf.set(section, this.#groups.length);
      this.#groups.push(this.#names.add(signature));
    }
    for (let index = Math.max(1, symbols.firstGlobal); index < symbols.count; index++) {
      const section = symbols.section(index);
      const binding = symbols.binding(index);
      if (section === UNDEFINED) {
        // Archives are asked for it even if nothing that is loaded refers to it.
        if (symbols.nameOffset(index) !== 0) this.#externalOf(index);
        continue;
      }
      const text = symbols.name(index);
      if (text === '') continue;
      const isAbsolute = section === ABSOLUTE;
      const piece = isAbsolute ? -1 : this.#pieceOfSymbol(index);
      const row = this.#definitions.length / DEFINITION.stride;
      this.#definitions.push(
        this.#definedName(index, text),
        piece,
        isAbsolute ? symbols.value(index) : this.#offsetInPiece(index, piece),
        binding === elf.STB_WEAK ? WEAK : section === COMMON ? COMMON_RANK : STRONG,
        symbols.type(index) === elf.STT_GNU_IFUNC ? 1 : 0,
        groupOf.get(section) ?? -1,
        section === COMMON ? symbols.size(index) : 0,
      );
      const entry = entryKind(text);
      if (entry !== undefined) {
        this.#entries.push(entry);
        this.#entries.push(row);
      }
    }
  }

  #readPiece(piece: number): void {
    this.#firstReferences.push(this.#references.length);
    this.#input.rewind(0);
    const digestAt = this.#digests.length;
    try {
      if (this.#sections[piece] === COMMON) this.#readCommon(piece);
      else this.#readSectionPiece(piece);
    } catch (error) {
      if (!(error instanceof ObjectGraphError)) throw error;
      this.#errors.push({ piece, code: error.code, message: error.message });
      this.#pieceFlags.set(piece, this.#pieceFlags.at(piece) | PIECE.failed);
    }
    while (this.#digests.length < digestAt + DIGEST_WORDS) this.#digests.push(0);
  }

  #readCommon(piece: number): void {
    const symbols = this.#object.symbolTable();
    const symbol = this.#starts[piece]!;
    this.#input.text('common');
    this.#input.number(this.#sizes[piece]!);
    // A common symbol's value is its alignment (System V ABI, "Symbol Table").
    this.#input.number(symbols.value(symbol));
    this.#input.digestTo(this.#digests);
  }

  #readSectionPiece(piece: number): void {
    const object = this.#object;
    const index = this.#sections[piece]!;
    const { sections } = object;
    if (!sections.isLoaded(index)) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${object.name}: loaded code refers to section ${object.sectionName(index)}, which is not loaded`,
      );
    }
    const start = this.#starts[piece]!;
    const size = this.#sizes[piece]!;
    const flags = sections.flags[index]!;
    const isCode = (flags & elf.SHF_EXECINSTR) !== 0;
    const content = object.content(index);
    const relocations = object.relocations(index);
    const test = size === DESCRIPTOR_SIZE ? describedTest(object, index, relocations) : undefined;

    this.#follow(relocations, start, start + size, isCode ? content : undefined);
    if (isCode) this.#followFrames(index);

    const input = this.#input;
    // When it runs.
    if (runsUnnamed(object, index)) input.text(object.sectionName(index));
    const isReadOnlyAfterRelocation = object.sectionNameStartsWith(index, '.data.rel.ro');
    input.number(flags & (elf.SHF_WRITE | elf.SHF_EXECINSTR | elf.SHF_TLS));
    input.number(isReadOnlyAfterRelocation ? 1 : 0);
    // How a mergeable section is aligned tells of its other pieces, too.
    input.number(object.isMergeable(index) ? 0 : sections.aligns[index]!);
    const isZero = sections.types[index] === elf.SHT_NOBITS;
    const own = isZero ? NO_BYTES : content.subarray(start, start + size);
    if (this.#mayNameEnvironment)
      this.#pieceFlags.set(piece, this.#pieceFlags.at(piece) | environmentRole(own, isCode));
    const lengths =
      this.#mayHoldPlaces && !isCode && !isZero
        ? textLengths(
            { object, section: index, start, end: start + size, relocations, bounds: this.#bounds },
            this.#places,
          )
        : undefined;
    const before = input.length;
    if (isZero) {
      input.number(size);
      input.text('zero');
    } else this.#addContent(own, lengths);
    input.digestTo(this.#digests);
    if (test !== undefined) {
      this.#descriptors.push(this.#names.addBytes(Buffer.from(test, 'utf8')));
      this.#descriptors.push(piece);
      input.rewind(before);
      const masked = own.slice();
      masked.fill(0, ...DESCRIPTOR_LINES);
      this.#addContent(masked, lengths);
      input.digestTo(this.#descriptors);
    }
  }

  /** @param lengths Of texts that hold the path of a place; `undefined` where none is to be looked for. */
  #addContent(content: Uint8Array, lengths: readonly TextLength[] | undefined): void {
    const portable =
      lengths === undefined ? undefined : portableContent(content, this.#places, lengths);
    // No piece has the size -1.
    this.#input.number(portable === undefined ? content.length : -1);
    this.#input.bytes(portable ?? content);
  }

  /** Follows the references of a section's bytes `[start, end)`. */
  #follow(
    relocations: RelocationColumns,
    start: number,
    end: number,
    code: Uint8Array | undefined,
  ): void {
    const { count, offsets, types, symbols, addends } = relocations;
    // Per relocation, where its references begin.
    const firsts = this.#firsts;
    firsts.length = 0;
    const from = start === 0 ? 0 : firstAt(relocations, start);
    let loadsLocation = false;
    let number = from;
    for (; number < count && offsets[number]! < end; number++) {
      const first = this.#references.length;
      firsts.push(first);
      const symbol = symbols[number]!;
      this.#followOne(offsets[number]! - start, types[number]!, symbol, addends[number]!, code);
      loadsLocation ||= code !== undefined && this.#mayBeLocation(first, symbol);
    }
    firsts.push(this.#references.length);
    if (code !== undefined && loadsLocation) this.#findHandoffs(code, relocations, from, number);
  }

  /** Adds what one reference means to `references`, and all else that it says to the digest's input. */
  #followOne(
    offset: number,
    type: number,
    symbol: number,
    addend: number,
    code: Uint8Array | undefined,
  ): void {
    const input = this.#input;
    input.number(offset);
    input.number(type);
    const symbols = this.#object.symbolTable();
    const section = symbol === 0 ? ABSOLUTE : symbols.section(symbol);
    if (section === ABSOLUTE) {
      input.text(`absolute ${symbol === 0 ? 0 : symbols.value(symbol)}`);
      input.number(addend);
      return;
    }
    if (symbols.binding(symbol) !== elf.STB_LOCAL || section === UNDEFINED) {
      input.number(0);
      input.number(addend);
      this.#references.push(~this.#externalOf(symbol));
    } else if (section >= 0 && this.#object.isMergeable(section)) {
      this.#followIntoMergeable(offset, type, symbol, addend, code);
    } else {
      const piece = this.#pieceOfSymbol(symbol);
      const isIndirect = symbols.type(symbol) === elf.STT_GNU_IFUNC;
      if (isIndirect) this.#resolvers.add(piece);
      input.number(isIndirect ? 1 : 0);
      input.number(this.#offsetInPiece(symbol, piece) + addend);
      this.#references.push(piece);
    }
  }

  #followIntoMergeable(
    at: number,
    type: number,
    symbol: number,
    addend: number,
    code: Uint8Array | undefined,
  ): void {
    const object = this.#object;
    const symbols = object.symbolTable();
    const section = symbols.section(symbol);
    const size = object.sections.sizes[section]!;
    const value = symbols.value(symbol);
    const raw = value + addend;
    const bias = code === undefined ? 0 : pcBias(object.machine, type);
    const offsets =
      symbols.type(symbol) === elf.STT_SECTION
        ? candidateOffsets(raw + bias, bias, code ?? NO_BYTES, at)
        : [value];
    const candidates = new Set<number>();
    for (const offset of offsets) {
      if (offset >= 0 && offset < size) candidates.add(this.#pieceAt(section, offset));
    }
    if (candidates.size === 0) {
      throw new ObjectGraphError(
        'MALFORMED_OBJECT',
        `${object.name}: a reference to ${raw} in ${object.sectionName(section)}, which has ${size} bytes`,
      );
    }
    for (const piece of candidates) {
      // Never an indirect function: said as for other targets, for the same constant may be named elsewhere.
      this.#input.number(0);
      this.#input.number(raw - this.#starts[piece]!);
      this.#references.push(piece);
    }
    if (candidates.size > 1) this.#input.text(`one of ${candidates.size}`);
  }

  /** Counts how a function is unwound, and follows what then runs. */
  #followFrames(section: number): void {
    const frames = this.#frames;
    if (frames instanceof ObjectGraphError) throw frames;
    this.#input.text('unwind');
    for (const frame of frames.get(section) ?? [])
      for (const entry of frame) this.#followFrameEntry(entry, entry === frame[1]);
  }

  #followFrameEntry({ bytes, relocations }: FrameEntry, isOwn: boolean): void {
    this.#input.bytes(bytes);
    relocations.forEach(({ offset, type, symbol, addend }, index) => {
      // The first reference of a frame is the code itself.
      if (!isOwn || index > 0) this.#followOne(offset, type, symbol, addend, undefined);
    });
  }

  /** Whether the first of a relocation's references may lead to a location: one of this object, or one that became visible to others. */
  #mayBeLocation(reference: number, symbol: number): boolean {
    if (reference === this.#references.length) return false;
    const meant = this.#references.at(reference);
    return meant >= 0
      ? (this.#pieceFlags.at(meant) & PIECE.location) !== 0
      : isGivenByCompiler(this.#object.symbolTable().name(symbol));
  }

  #findHandoffs(code: Uint8Array, columns: RelocationColumns, from: number, to: number): void {
    const { machine } = this.#object;
    const relocations: Relocation[] = [];
    for (let number = from; number < to; number++) {
      relocations.push({
        offset: columns.offsets[number]!,
        type: columns.types[number]!,
        symbol: columns.symbols[number]!,
        addend: columns.addends[number]!,
      });
    }
    relocations.forEach(({ symbol, addend, type }, index) => {
      const reference = this.#firsts.at(index);
      if (!this.#mayBeLocation(reference, symbol)) return;
      const meant = this.#references.at(reference);
      // Of another object's location, where the symbol stands in it is known when all objects are.
      const offset = meant < 0 ? 0 : this.#offsetInPiece(symbol, meant);
      if (offset + addend + pcBias(machine, type) !== 0) return;
      const called = handedTo(machine, code, relocations, index);
      if (called === undefined) return;
      const first = this.#firsts.at(called);
      this.#handoffs.push(reference);
      this.#handoffs.push(first);
      this.#handoffs.push(this.#firsts.at(called + 1) - first);
    });
  }

  #markLocations(): void {
    const object = this.#object;
    for (let piece = 0; piece < this.#sections.length; piece++) {
      const index = this.#sections[piece]!;
      if (this.#sizes[piece] !== LOCATION_SIZE || (this.#pieceFlags.at(piece) & PIECE.code) !== 0)
        continue;
      try {
        if (isPanicLocation(object, index, object.relocations(index)))
          this.#pieceFlags.set(piece, this.#pieceFlags.at(piece) | PIECE.location);
      } catch (error) {
        // Says so again if anybody reaches the piece.
        if (!(error instanceof ObjectGraphError)) throw error;
      }
    }
  }

  /** The pieces of a section in their order. */
  #piecesOf(index: number): number[] {
    const size = this.#object.sections.sizes[index]!;
    // One piece also says what is wrong with a section that cannot be cut.
    const isCut =
      this.#object.isMergeable(index) &&
      !(orError(() => this.#object.content(index)) instanceof ObjectGraphError);
    if (!isCut) return [this.#wholePiece(index)];
    const pieces: number[] = [];
    for (let at = 0; at < size;) {
      const piece = this.#pieceAt(index, at);
      pieces.push(piece);
      at = this.#starts[piece]! + Math.max(1, this.#sizes[piece]!);
    }
    return pieces;
  }

  /** The piece where a symbol stands: it is the same whatever a reference adds to it. */
  #pieceOfSymbol(symbol: number): number {
    const symbols = this.#object.symbolTable();
    const section = symbols.section(symbol);
    if (section !== COMMON) return this.#pieceAt(section, symbols.value(symbol));
    let piece = this.#partPieces.get(-symbol);
    if (piece === undefined) {
      const flags = PIECE.writable | PIECE.place;
      piece = this.#addPiece(COMMON, symbol, symbols.size(symbol), flags, symbol);
      this.#partPieces.set(-symbol, piece);
    }
    return piece;
  }

  /** Where a symbol stands in its piece. */
  #offsetInPiece(symbol: number, piece: number): number {
    return this.#sections[piece] === COMMON
      ? 0
      : this.#object.symbolTable().value(symbol) - this.#starts[piece]!;
  }

  /** The piece that holds an offset of a section. */
  #pieceAt(section: number, offset: number): number {
    if (!this.#object.isMergeable(section)) return this.#wholePiece(section);
    const bounds = this.#boundsAt(section, offset);
    // Reading the whole section says what is wrong with it.
    if (bounds === undefined) return this.#wholePiece(section);
    const [start, end] = bounds;
    // Below 2^53, as no file has 2^21 sections and pieces beyond 4 GiB.
    const key = section * 2 ** 32 + start;
    let piece = this.#partPieces.get(key);
    if (piece === undefined) {
      // The linker merges equal pieces, so a mergeable one is never a place of its own.
      piece = this.#addPiece(section, start, end - start, this.#sectionFlags(section), 0);
      this.#partPieces.set(key, piece);
    }
    return piece;
  }

  #boundsAt(section: number, offset: number): readonly [number, number] | undefined {
    try {
      return this.#bounds.at(section, offset);
    } catch (error) {
      if (error instanceof ObjectGraphError) return undefined;
      throw error;
    }
  }

  #wholePiece(section: number): number {
    const known = this.#wholeSections[section]!;
    if (known > 0) return known - 1;
    const symbol = this.#naming[section]!;
    let flags = this.#sectionFlags(section);
    const isPlace =
      (flags & PIECE.writable) !== 0 ||
      ((flags & PIECE.code) === 0 && symbol !== 0 && namesStatic(this.#symbols!, symbol));
    if (isPlace) flags |= PIECE.place;
    if ((flags & PIECE.code) !== 0 && symbol !== 0)
      flags |= codeRole(this.#object.symbolTable().name(symbol));
    const size = this.#object.sections.sizes[section]!;
    const piece = this.#addPiece(section, 0, size, flags, symbol);
    this.#wholeSections[section] = piece + 1;
    return piece;
  }

  #addPiece(section: number, start: number, size: number, flags: number, symbol: number): number {
    this.#sections.push(section);
    this.#starts.push(start);
    this.#sizes.push(size);
    this.#pieceFlags.push(flags);
    this.#pieceNames.push(symbol === 0 ? 0 : this.#nameOf(symbol));
    const label = section === COMMON ? 'COMMON' : sectionLabel(this.#object, section);
    this.#pieceSections.push(this.#names.add(label));
    return this.#sections.length - 1;
  }

  #sectionFlags(section: number): number {
    const object = this.#object;
    const flags = object.sections.flags[section]!;
    if ((flags & elf.SHF_EXECINSTR) !== 0) return PIECE.code;
    let result = 0;
    const isWritable =
      (flags & elf.SHF_WRITE) !== 0 && !object.sectionNameStartsWith(section, '.data.rel.ro');
    if (isWritable) result |= PIECE.writable;
    if ((flags & elf.SHF_TLS) !== 0) result |= PIECE.threadLocal;
    if (isWritable && object.sectionNameStartsWith(section, COVERAGE_COUNTERS))
      result |= PIECE.coverage;
    return result;
  }

  #nameOf(symbol: number): number {
    const known = this.#symbolNames[symbol]!;
    if (known > 0) return known - 1;
    const bytes = this.#symbols!.nameBytes(symbol);
    const name = bytes.length === 0 ? 0 : this.#names.addBytes(bytes);
    this.#symbolNames[symbol] = name + 1;
    return name;
  }

  /** `name@@VERSION` defines `name` itself, as well as the versioned one (GNU as, ".symver"). */
  #definedName(symbol: number, name: string): number {
    const at = name.indexOf(DEFAULT_VERSION);
    return at > 0 ? this.#names.add(name.slice(0, at)) : this.#nameOf(symbol);
  }

  #externalOf(symbol: number): number {
    const known = this.#symbolExternals[symbol]!;
    if (known > 0) return known - 1;
    const index = this.#externals.length / 2;
    this.#externals.push(this.#nameOf(symbol));
    this.#externals.push(this.#symbols!.binding(symbol) === elf.STB_WEAK ? 1 : 0);
    this.#symbolExternals[symbol] = index + 1;
    return index;
  }
}

/** Stands between a name and the version that it has by default. */
export const DEFAULT_VERSION = '@@';

/** What `-C instrument-coverage` adds to each function, for a report that no test reads. */
const COVERAGE_COUNTERS = '__llvm_prf_';
const NO_BYTES = new Uint8Array(0);

/** `test::test_main_static`, the harness's entry, in either mangling. */
const HARNESS = /^_(?:ZN4test16test_main_static17h|RNv.*_4test16test_main_static$)/;

function entryKind(name: string): number | undefined {
  if (HARNESS.test(name)) return ENTRY.harness;
  return name.includes('lang_start_internal') ? ENTRY.languageStart : undefined;
}

function orError<T>(read: () => T): T | ObjectGraphError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ObjectGraphError) return error;
    throw error;
  }
}

/** Whether an object is what GCC leaves for link-time optimisation: code in a form of its own, none in the sections. */
function isSlim(object: ElfObject): boolean {
  const { types } = object.sections;
  for (let index = 1; index < object.sectionCount; index++) {
    if (types[index] !== elf.SHT_PROGBITS || object.sections.isLoaded(index)) continue;
    if (!object.sectionNameStartsWith(index, '.gnu.lto_.lto.')) continue;
    // GCC's `struct lto_section`: two 16-bit version numbers, then whether the object is slim.
    if (object.smallContent(index, SLIM_MARK_SIZE)?.[4] !== 0) return true;
  }
  return false;
}

/** Index of the first relocation at an offset or after it. */
function firstAt({ offsets, count }: RelocationColumns, offset: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
