import { judgeFixtureCase, MACHINES } from './test-support/fixture-links';
import type { FixtureCase } from './test-support/fixture-links';

const variants = (name: string, ...numbers: readonly number[]) =>
  numbers.map((number) => [`${name}-${number}`]);

/**
 * What else objects and archives hold, beside what the traps are about: each
 * difference in what `main` does is seen, and nothing else is.
 */
const CASES: readonly FixtureCase[] = [
  {
    what: 'a thin archive, whose members lie elsewhere, is not followed',
    base: ['undefined-name-0', 'undefined-name-1'],
    refused: [[['undefined-name-0', 'undefined-name-thin.a'], 'UNSUPPORTED_ARCHIVE']],
  },
  {
    what: 'debug information, compressed, does not count',
    base: ['elf/compressed-debug-0'],
    same: variants('elf/compressed-debug', 1),
    other: variants('elf/compressed-debug', 2),
  },
  {
    what: 'a name with a version, which is the default one',
    base: ['versioned-names-0', 'versioned-names-3', 'versioned-names-1'],
    otherOrRefused: [['versioned-names-0', 'versioned-names-3', 'versioned-names-2']],
  },
  {
    what: 'variables of which a process has one',
    base: ['unique-symbol-0'],
    other: variants('unique-symbol', 1, 2),
  },
  {
    what: 'functions that are chosen when the program starts',
    base: ['elf/indirect-function-0'],
    other: variants('elf/indirect-function', 2, 3),
  },
  {
    what: 'hidden, internal and protected names',
    base: ['visibility-0', 'visibility-1'],
    other: [2, 3, 4].map((number) => ['visibility-0', `visibility-${number}`]),
  },
  {
    what: 'when constructors run, which is in the names of their sections',
    base: ['constructor-order-0'],
    other: variants('constructor-order', 1, 4, 5),
  },
  {
    what: 'the order of constructors of several objects',
    base: ['elf/alias-0', 'constructor-order-2', 'constructor-order-3'],
    other: [['elf/alias-0', 'constructor-order-3', 'constructor-order-2']],
  },
  {
    what: 'thread-local variables',
    base: ['elf/thread-local-general-dynamic-0'],
    other: variants('elf/thread-local-general-dynamic', 2, 3),
  },
  {
    what: 'which routine unwinds which function',
    base: ['personalities-0'],
    other: variants('personalities', 1, 2),
  },
  {
    what: 'how the frames of reached functions are unwound, and not where they are described',
    base: ['frame-information-0'],
    same: variants('frame-information', 1, 5),
    other: variants('frame-information', 2, 3, 4),
  },
  {
    what: 'the first of groups with one name, wholly',
    base: ['section-groups-0', 'section-groups-3'],
    same: [
      ['section-groups-0', 'section-groups-4'],
      ['section-groups-0', 'section-groups-5'],
      ['section-groups-0'],
    ],
    other: [
      ['section-groups-1', 'section-groups-3'],
      ['section-groups-2', 'section-groups-3'],
    ],
  },
  {
    what: 'symbols at the end of a section and without a size',
    base: ['odd-symbols-0'],
    same: variants('odd-symbols', 3),
    other: variants('odd-symbols', 1),
    otherOrRefused: variants('odd-symbols', 2),
  },
  {
    what: 'places in a section that several functions share',
    base: ['shared-section-0'],
    other: variants('shared-section', 1, 2, 3),
  },
  {
    what: 'rare parts of functions, in sections of their own',
    base: ['cold-parts-0'],
    other: variants('cold-parts', 1, 2),
  },
  {
    what: 'places that are told by their distance from the global offset table',
    machines: ['x86_64'],
    base: ['table-relative-0'],
    same: variants('table-relative', 1),
    other: variants('table-relative', 2, 3, 4, 5),
  },
  {
    what: 'a weak absolute symbol that another object gives another value',
    machines: ['x86_64'],
    base: ['weak-absolute-0', 'weak-absolute-1'],
    other: [['weak-absolute-0', 'weak-absolute-2'], ['weak-absolute-0']],
  },
];

const rows = CASES.flatMap((each) =>
  (each.machines ?? MACHINES).map((machine) => ({ what: each.what, machine, each })),
);

test.each(rows)('$machine: $what', ({ machine, each }) => {
  const { expected, actual } = judgeFixtureCase(each, machine);
  expect(actual).toEqual(expected);
});
