// Ways to take a remedy of object-graph's away. Each must then be caught by some edit, or the
// generator would not find such a mistake if it were made. A text that is not found once fails loudly.

/**
 * By name: `changes`, replacements `[file, text, replacement]` in object-graph's sources; and
 * `isOnlyImprecise` where fingerprints change too often instead of too seldom; `levels`, the
 * opt-levels at which it makes a difference (default: all); `focus`, the chains that are to find it
 * where those of all features do so too seldom.
 */
export const SABOTAGES = {
  'any constant of 24 bytes with one pointer passes for a panic location': {
    changes: [
      [
        'panic-location.ts',
        'const symbols = object.symbolTable();',
        'return true;\n  const symbols = object.symbolTable();',
      ],
    ],
  },
  'exception tables are not followed': {
    changes: [['read-object.ts', 'if (isCode) this.#references.followFrames(index);', '']],
  },
  'no byte of a test descriptor counts': {
    changes: [
      [
        'test-descriptor.ts',
        'readonly [start: number, end: number] = [88, 120]',
        'readonly [start: number, end: number] = [0, 152]',
      ],
    ],
  },
  'no panic location counts': {
    changes: [
      [
        'location-readers.ts',
        'if (!this.#isStandardLibraryApart ||',
        "return 'none';\n    if (!this.#isStandardLibraryApart ||",
      ],
    ],
  },
  'optimised code is taken for code whose calls are all seen': {
    levels: [3],
    focus: 'locations',
    changes: [
      ['location-readers.ts', 'if (optimized && (flags & PIECE.code) !== 0) return true;', ''],
    ],
  },
  'panic hooks are not looked for': {
    focus: 'locations',
    changes: [['symbol-name.ts', "symbol.includes('_hook') &&", 'false &&']],
  },
  'functions that are handed a location never hand it on': {
    changes: [
      [
        'location-readers.ts',
        'isForPanics = this.#isPanicOnly(targets[called]!);',
        'isForPanics = called >= 0;',
      ],
    ],
  },
  'members of collected sections are not followed': {
    changes: [
      [
        'name-meanings.ts',
        'const sections = bounds === null ? [] : this.#sectionsNamed(bounds[1]!);',
        'const sections: (readonly [LinkedObject, number])[] = [];',
      ],
      ['name-meanings.ts', 'sections.length > 0 ||', 'bounds !== null ||'],
    ],
  },
  'constructors are no roots': {
    changes: [
      [
        'shared-roots.ts',
        'running.push({ name, node: graph.nodeOf(object, unnamed[at + 1]!) });',
        '{}',
      ],
    ],
  },
  'functions that shared libraries call back are no roots': {
    changes: [
      ['shared-roots.ts', 'unnamed.push(...graph.nodesOf(program.resolveText(name)));', '{}'],
    ],
  },
  'the standard library is not followed': {
    changes: [
      [
        'reference-rows.ts',
        'const end = firstReferences[piece + 1]!;',
        'const end = object.isStandard ? start : firstReferences[piece + 1]!;',
      ],
      ['shared-roots.ts', 'unnamed.push(...graph.nodesOf(program.resolveText(name)));', '{}'],
    ],
  },
  'archives besides the standard library are not followed': {
    changes: [
      [
        'linked-program.ts',
        'return first === undefined ? [] : [first, ...(this.#listedFurther.get(number) ?? [])];',
        'return (first === undefined ? [] : [first, ...(this.#listedFurther.get(number) ?? [])]).filter(({ object }) => object.isStandard);',
      ],
      ['name-meanings.ts', 'isLinkerDefined(name);\n    if (!isKnown)', 'true;\n    if (!isKnown)'],
    ],
  },
  'only the first of several definitions counts': {
    changes: [
      [
        'linked-program.ts',
        'found[0] !== undefined && isEverywhereEqual(nameOf(found[0])) ?',
        'found[0] !== undefined ?',
      ],
    ],
  },
  'the place within a mergeable piece does not count': {
    changes: [
      [
        'piece-references.ts',
        'this.#input.number(raw - this.#pieces.start(references.at(index)));',
        '',
      ],
    ],
  },
  'the place within any other piece does not count': {
    changes: [
      ['piece-references.ts', 'input.number(this.#pieces.offset(symbol, piece) + addend);', ''],
      [
        'piece-references.ts',
        'input.number(0);\n      input.number(addend);\n      this.#columns.references.push(~',
        'input.number(0);\n      this.#columns.references.push(~',
      ],
    ],
  },
  'places of equal content are one': {
    changes: [['worded-graph.ts', '(nodeFlags[id]! & PIECE.place) === 0 ? 0 : 1', '0']],
  },
  'tables and vtables are not followed': {
    changes: [
      [
        'read-object.ts',
        'this.#references.follow(relocations, start, end, isCode ? content : undefined);',
        "if (isCode || test !== undefined || !object.sectionNameStartsWith(index, '.data')) this.#references.follow(relocations, start, end, isCode ? content : undefined);",
      ],
    ],
  },
  'values of absolute symbols do not count': {
    changes: [
      [
        'name-meanings.ts',
        'const offset = of[at + DEFINITION.offset]!;',
        'const offset = piece < 0 ? 0 : of[at + DEFINITION.offset]!;',
      ],
    ],
  },
  'names count': {
    isOnlyImprecise: true,
    changes: [
      [
        'read-object.ts',
        'input.number(isReadOnlyAfterRelocation ? 1 : 0);',
        'input.number(isReadOnlyAfterRelocation ? 1 : 0);\n    input.text(object.sectionName(index));',
      ],
    ],
  },
};
