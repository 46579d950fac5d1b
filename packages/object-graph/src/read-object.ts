import { comdatGroups } from './comdat-groups';
import { DigestInput } from './digest-input';
import * as elf from './elf/constants';
import { ABSOLUTE, COMMON, UNDEFINED } from './elf/elf-object';
import type { ElfObject } from './elf/elf-object';
import type { NamesWith, SymbolTable } from './elf/symbol-table';
import { ENVIRONMENT_TEXTS, environmentRole } from './environment-text';
import { ObjectGraphError } from './errors';
import type { NamedPlaces } from './named-places';
import { SLIM_MARK_SIZE } from './object-loader';
import { findTexts } from './occurrences';
import type { Occurrences } from './occurrences';
import { ObjectNames } from './object-names';
import { ObjectPieces } from './object-pieces';
import { DEFINITION, DIGEST_WORDS, ENTRY, PIECE } from './object-table';
import type { ObjectTable } from './object-table';
import { PieceReferences } from './piece-references';
import { portableContent } from './portable-content';
import { runsUnnamed } from './section-roles';
import { TableColumns } from './table-columns';
import { describedTest, DESCRIPTOR_LINES, DESCRIPTOR_SIZE } from './test-descriptor';
import { textLengths } from './text-lengths';
import type { TextLength } from './text-lengths';

/** How definitions of one name compare: linkers take the highest, and of equal ones the first. */
export const WEAK = 0;
export const COMMON_RANK = 1;
export const STRONG = 2;

/** Reads all of objects that fingerprints need. One instance serves many objects, which spares room for each. */
export class ObjectTables {
  readonly #places: NamedPlaces;
  readonly #columns = new TableColumns();
  readonly #input = new DigestInput();

  /** @param places Folders of this machine whose paths in constants do not count. */
  constructor(places: NamedPlaces) {
    this.#places = places;
  }

  /**
   * Reads an object.
   *
   * @throws {ObjectGraphError} when nothing of it can be followed. What concerns
   *   one piece only is kept with that piece, for nobody may ever reach it.
   */
  read(object: ElfObject): ObjectTable {
    if (object.type !== elf.ET_REL) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${object.name}: file type ${object.type}, expected a relocatable object`,
      );
    }
    this.#columns.clear();
    return new ObjectReader(object, this.#places, this.#columns, this.#input).read();
  }
}

class ObjectReader {
  readonly #object: ElfObject;
  readonly #symbols: SymbolTable | undefined;
  readonly #places: NamedPlaces;
  readonly #columns: TableColumns;
  readonly #input: DigestInput;
  readonly #names: ObjectNames;
  readonly #pieces: ObjectPieces;
  readonly #references: PieceReferences;
  /** Symbols whose names say more than what they name. */
  readonly #telling: NamesWith | undefined;
  /** Whether any piece may hold the path of a place: most objects need not be looked at. */
  readonly #mayHoldPlaces: boolean;
  readonly #environmentTexts: Occurrences;

  constructor(object: ElfObject, places: NamedPlaces, columns: TableColumns, input: DigestInput) {
    this.#object = object;
    this.#symbols = object.symbols;
    this.#places = places;
    this.#columns = columns;
    this.#input = input;
    const loaded = object.loadedRanges();
    this.#mayHoldPlaces =
      !places.areEmpty &&
      loaded.some(([start, end]) => places.mayStandIn(object.bytes.subarray(start, end)));
    this.#environmentTexts = findTexts(object.bytes, loaded, ENVIRONMENT_TEXTS);
    const names = new ObjectNames(object.symbols, columns.names);
    const pieces = new ObjectPieces(object, columns, names);
    this.#names = names;
    this.#pieces = pieces;
    this.#references = new PieceReferences({ object, pieces, names, columns, input });
    this.#telling = object.symbols?.namesWith([DEFAULT_VERSION, HARNESS, LANGUAGE_START]);
  }

  read(): ObjectTable {
    const object = this.#object;
    const columns = this.#columns;
    const { sections } = object;
    for (let index = 1; index < sections.count; index++) {
      if (!sections.isLoaded(index)) continue;
      // Frames are read by what they describe; notes are for people, and for tools.
      const isApart =
        sections.types[index] === elf.SHT_NOTE ||
        object.sectionNameStartsWith(index, '.eh_frame\0');
      if (!isApart && !object.isMergeable(index)) this.#pieces.whole(index);
      this.#addRoles(index);
    }
    this.#pieces.markLocations();
    this.#addDefinitions();
    for (let piece = 0; piece < this.#pieces.count; piece++) this.#readPiece(piece);
    columns.firstReferences.push(columns.references.length);
    for (const piece of this.#references.resolvers) {
      columns.unnamed.push(0);
      columns.unnamed.push(piece);
    }
    return columns.toTable({ machine: object.machine, isSlim: isSlim(object) });
  }

  /** Notes a section that runs, or is read, without anything in the link naming it. */
  #addRoles(index: number): void {
    const object = this.#object;
    const { names, unnamed, collected } = this.#columns;
    if (runsUnnamed(object, index)) {
      const name = names.add(object.sectionName(index));
      for (const piece of this.#pieces.allOf(index)) {
        unnamed.push(name);
        unnamed.push(piece);
      }
    }
    // A name with a dot is not free for `__start_` and `__stop_`.
    if (!object.sectionNameStartsWith(index, '.')) {
      const name = names.add(object.sectionName(index));
      for (const piece of this.#pieces.allOf(index)) {
        collected.push(name);
        collected.push(piece);
      }
    }
  }

  #addDefinitions(): void {
    const symbols = this.#symbols;
    if (symbols === undefined) return;
    const { groups, names } = this.#columns;
    const groupOf = new Map<number, number>();
    for (const { signature, sections } of comdatGroups(this.#object)) {
      for (const section of sections) groupOf.set(section, groups.length);
      groups.push(names.add(signature));
    }
    for (let index = Math.max(1, symbols.firstGlobal); index < symbols.count; index++) {
      const section = symbols.section(index);
      const binding = symbols.binding(index);
      if (section === UNDEFINED) {
        // Archives are asked for it even if nothing that is loaded refers to it.
        if (symbols.nameOffset(index) !== 0) this.#references.externalOf(index);
      } else if (!symbols.nameStartsWith(index, '\0')) {
        this.#addDefinition(symbols, index, binding === elf.STB_WEAK, groupOf.get(section) ?? -1);
      }
    }
  }

  #addDefinition(symbols: SymbolTable, index: number, isWeak: boolean, group: number): void {
    const { definitions, entries } = this.#columns;
    const section = symbols.section(index);
    const isAbsolute = section === ABSOLUTE;
    const piece = isAbsolute ? -1 : this.#pieces.ofSymbol(index);
    const row = definitions.length / DEFINITION.stride;
    const text = this.#telling!.has(index) ? symbols.name(index) : '';
    definitions.push(this.#definedName(index, text));
    definitions.push(piece);
    definitions.push(isAbsolute ? symbols.value(index) : this.#pieces.offset(index, piece));
    definitions.push(isWeak ? WEAK : section === COMMON ? COMMON_RANK : STRONG);
    definitions.push(symbols.type(index) === elf.STT_GNU_IFUNC ? 1 : 0);
    definitions.push(group);
    definitions.push(section === COMMON ? symbols.size(index) : 0);
    const entry = entryKind(text);
    if (entry === undefined) return;
    entries.push(entry);
    entries.push(row);
  }

  /** `name@@VERSION` defines `name` itself, as well as the versioned one (GNU as, ".symver"). */
  #definedName(symbol: number, text: string): number {
    const at = text.indexOf(DEFAULT_VERSION);
    return at > 0 ? this.#columns.names.add(text.slice(0, at)) : this.#names.of(symbol);
  }

  #readPiece(piece: number): void {
    const { firstReferences, references, pieceDigests, errors } = this.#columns;
    firstReferences.push(references.length);
    this.#input.rewind(0);
    const digestAt = pieceDigests.length;
    try {
      if (this.#pieces.section(piece) === COMMON) this.#readCommon(piece);
      else this.#readSectionPiece(piece);
    } catch (error) {
      if (!(error instanceof ObjectGraphError)) throw error;
      errors.push({ piece, code: error.code, message: error.message });
      this.#pieces.addFlags(piece, PIECE.failed);
    }
    while (pieceDigests.length < digestAt + DIGEST_WORDS) pieceDigests.push(0);
  }

  #readCommon(piece: number): void {
    const symbols = this.#object.symbolTable();
    this.#input.text('common');
    this.#input.number(this.#pieces.size(piece));
    // A common symbol's value is its alignment (System V ABI, "Symbol Table").
    this.#input.number(symbols.value(this.#pieces.start(piece)));
    this.#input.digestTo(this.#columns.pieceDigests);
  }

  #readSectionPiece(piece: number): void {
    const object = this.#object;
    const index = this.#pieces.section(piece);
    const { sections } = object;
    if (!sections.isLoaded(index)) {
      throw new ObjectGraphError(
        'UNSUPPORTED_OBJECT',
        `${object.name}: loaded code refers to section ${object.sectionName(index)}, which is not loaded`,
      );
    }
    const start = this.#pieces.start(piece);
    const size = this.#pieces.size(piece);
    const end = start + size;
    const flags = sections.flags[index]!;
    const isCode = (flags & elf.SHF_EXECINSTR) !== 0;
    const content = object.content(index);
    const relocations = object.relocations(index);
    const test = size === DESCRIPTOR_SIZE ? describedTest(object, index, relocations) : undefined;

    this.#references.follow(relocations, start, end, isCode ? content : undefined);
    if (isCode) this.#references.followFrames(index);

    const input = this.#input;
    // When it runs.
    if (runsUnnamed(object, index)) input.text(object.sectionName(index));
    const isReadOnlyAfterRelocation = object.sectionNameStartsWith(index, '.data.rel.ro');
    input.number(flags & (elf.SHF_WRITE | elf.SHF_EXECINSTR | elf.SHF_TLS));
    input.number(isReadOnlyAfterRelocation ? 1 : 0);
    // How a mergeable section is aligned tells of its other pieces, too.
    input.number(object.isMergeable(index) ? 0 : sections.aligns[index]!);
    const isZero = sections.types[index] === elf.SHT_NOBITS;
    const own = size === content.length ? content : content.subarray(start, end);
    const from = sections.offsets[index]! + start;
    if (!isZero && this.#environmentTexts.areIn(from, from + size))
      this.#pieces.addFlags(piece, environmentRole(own, isCode));
    const lengths =
      this.#mayHoldPlaces && !isCode && !isZero
        ? textLengths(
            { object, section: index, start, end, relocations, bounds: this.#pieces.bounds },
            this.#places,
          )
        : undefined;
    const before = input.length;
    if (isZero) {
      input.number(size);
      input.text('zero');
    } else this.#addContent(own, lengths);
    input.digestTo(this.#columns.pieceDigests);
    if (test !== undefined) {
      const { descriptors, names } = this.#columns;
      descriptors.push(names.addBytes(Buffer.from(test, 'utf8')));
      descriptors.push(piece);
      input.rewind(before);
      const masked = own.slice();
      masked.fill(0, ...DESCRIPTOR_LINES);
      this.#addContent(masked, lengths);
      input.digestTo(descriptors);
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
}

/** Stands between a name and the version that it has by default. */
export const DEFAULT_VERSION = '@@';

/** `test::test_main_static`, the harness's entry, and `std::rt::lang_start_internal`. */
const HARNESS = 'test_main_static';
const LANGUAGE_START = 'lang_start_internal';
/** The former's name in either mangling. */
const HARNESS_NAME = /^_(?:ZN4test16test_main_static17h|RNv.*_4test16test_main_static$)/;

function entryKind(name: string): number | undefined {
  if (HARNESS_NAME.test(name)) return ENTRY.harness;
  return name.includes(LANGUAGE_START) ? ENTRY.languageStart : undefined;
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
