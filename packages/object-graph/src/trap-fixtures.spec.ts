import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeFixtureCase, MACHINES } from './test-support/fixture-links';
import type { FixtureCase } from './test-support/fixture-links';

/** A trap with small objects that show it, or with the test that does because it's about capturing links. */
interface TrapFixture {
  /** Its number in the list of traps that ways to fingerprint objects fall into. */
  readonly trap: number;
  readonly what: string;
  readonly cases?: readonly Omit<FixtureCase, 'what'>[];
  /** Tests elsewhere: a file of the repository and the beginning of a title. */
  readonly tests?: readonly (readonly [file: string, title: string])[];
}

const PANICS = 'standard-library-0';
const variants = (name: string, ...numbers: readonly number[]) =>
  numbers.map((number) => [`${name}-${number}`]);

const TRAPS: readonly TrapFixture[] = [
  {
    trap: 1,
    what: 'merged strings and constants count one by one',
    cases: [
      {
        base: ['elf/merged-strings-0'],
        same: variants('elf/merged-strings', 1),
        other: variants('elf/merged-strings', 2, 3),
      },
      {
        base: ['elf/merged-constants-0'],
        same: variants('elf/merged-constants', 1),
        other: variants('elf/merged-constants', 2),
      },
    ],
  },
  {
    trap: 2,
    what: 'an instruction may read any part of a merged constant',
    cases: [
      {
        base: ['constant-offsets-0'],
        same: variants('constant-offsets', 1),
        other: variants('constant-offsets', 2, 3, 4, 5),
      },
    ],
  },
  {
    trap: 3,
    what: 'names of constants without a name of their own do not count',
    cases: [
      {
        base: ['anonymous-names-0'],
        same: variants('anonymous-names', 1),
        other: variants('anonymous-names', 2),
      },
    ],
  },
  {
    trap: 4,
    what: 'functions move between objects',
    cases: [
      {
        base: ['codegen-units-0'],
        same: [
          ['codegen-units-1', 'codegen-units-2'],
          ['codegen-units-2', 'codegen-units-1'],
        ],
        other: [['codegen-units-1', 'codegen-units-3']],
      },
    ],
  },
  {
    trap: 5,
    what: 'the location of a panic does not count where nothing reads it',
    cases: [
      {
        base: ['panic-location-0', PANICS],
        same: [
          ['panic-location-1', PANICS],
          ['panic-location-2', PANICS],
        ],
      },
      { base: ['panic-location-7', PANICS], other: [['panic-location-8', PANICS]] },
    ],
  },
  {
    trap: 6,
    what: 'hashes in names do not count',
    cases: [
      {
        base: ['symbol-names-0'],
        same: variants('symbol-names', 1),
        other: variants('symbol-names', 4),
      },
    ],
  },
  {
    trap: 7,
    what: "cargo's home does not count in the location of a panic",
    cases: [
      {
        base: ['source-paths-0', PANICS],
        same: [
          ['source-paths-1', PANICS],
          ['source-paths-2', PANICS],
        ],
      },
    ],
  },
  {
    trap: 8,
    what: 'objects are those of the link, not the newest ones',
    tests: [
      [
        'packages/nx-cargo-test/src/cargo/linker-shim.spec.ts',
        'a link leaves a record that outlives its inputs',
      ],
      ['e2e/nx-cargo-test-e2e/src/workspaces.spec.ts', 'one with another content never runs'],
    ],
  },
  {
    trap: 9,
    what: 'section indices that stand in a table of their own',
    cases: [
      {
        base: ['extended-indices-0'],
        same: [['symbol-names-0'], ['extended-indices-1']],
        other: variants('extended-indices', 4),
      },
    ],
  },
  {
    trap: 10,
    what: 'a constant of the shape of a location counts wholly',
    cases: [{ base: ['panic-location-3', PANICS], other: [['panic-location-4', PANICS]] }],
  },
  {
    trap: 11,
    what: 'what runs when a function unwinds is part of it',
    cases: [
      {
        base: ['elf/exception-table-0'],
        same: variants('elf/exception-table', 1),
        other: variants('elf/exception-table', 2, 3),
      },
    ],
  },
  {
    trap: 12,
    what: 'what rustc writes for a test is part of it, but for its lines',
    cases: [
      {
        tests: ['module::test'],
        base: ['test-descriptor-0'],
        same: variants('test-descriptor', 1),
        other: variants('test-descriptor', 2, 3, 4, 5),
      },
    ],
  },
  {
    trap: 13,
    what: 'optimised code may read any location that it is handed',
    cases: [
      {
        optimized: true,
        base: ['panic-location-5', PANICS],
        other: [['panic-location-6', PANICS]],
      },
      {
        optimized: true,
        base: ['panic-location-0', PANICS],
        same: [['panic-location-1', PANICS]],
      },
      { base: ['panic-location-5', PANICS], same: [['panic-location-6', PANICS]] },
    ],
  },
  {
    trap: 14,
    what: 'what runs or is read although nothing names it',
    cases: [
      { base: ['elf/constructor-0'], other: variants('elf/constructor', 2, 3) },
      {
        base: ['elf/collected-section-0'],
        same: variants('elf/collected-section', 1),
        other: variants('elf/collected-section', 2),
      },
      {
        base: ['unnamed-sections-0'],
        other: variants('unnamed-sections', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
      },
    ],
  },
  {
    trap: 15,
    what: 'what libraries that are not followed call back',
    cases: [
      { base: ['called-back-0'], same: variants('called-back', 1) },
      {
        executable: 'called-back',
        base: ['called-back-0'],
        other: variants('called-back', 1),
      },
    ],
  },
  {
    trap: 16,
    what: 'every name leads somewhere, also to libraries that are given by name',
    cases: [
      {
        base: ['undefined-name-0', 'undefined-name-1'],
        refused: [[['undefined-name-0'], 'UNRESOLVED_SYMBOL']],
      },
    ],
    tests: [
      [
        'packages/nx-cargo-test/src/cargo/link-arguments.spec.ts',
        'libraries know whether static linking holds for them',
      ],
    ],
  },
  {
    trap: 17,
    what: 'a name whose definition is known does not count',
    cases: [
      {
        base: ['symbol-names-0'],
        same: variants('symbol-names', 2, 3),
        other: variants('symbol-names', 4),
      },
    ],
  },
  {
    trap: 18,
    what: 'a global constant within a merged section of another object',
    cases: [
      {
        base: ['global-constant-0', 'global-constant-1'],
        same: [
          ['global-constant-0', 'global-constant-2'],
          ['global-constant-0', 'global-constant-4'],
        ],
        other: [['global-constant-0', 'global-constant-3']],
      },
    ],
  },
  {
    trap: 19,
    what: 'objects without code, and links that were not seen, are no answer',
    cases: [
      {
        base: ['foreign/bitcode-rustc'],
        refused: [
          [['foreign/bitcode-rustc'], 'BITCODE'],
          [['foreign/bitcode-clang', 'symbol-names-0'], 'BITCODE'],
          [['foreign/bitcode-clang-thin'], 'BITCODE'],
        ],
      },
    ],
    tests: [
      [
        'packages/nx-cargo-test/src/cargo/linker-shim.spec.ts',
        'a linker that is configured by its path is not captured, and that is said',
      ],
      [
        'packages/nx-cargo-test/src/fingerprint/fingerprint-binary.spec.ts',
        'nothing is known of a link that was not seen or cannot be followed',
      ],
    ],
  },
];

test('every trap has a fixture or a test', () => {
  expect(TRAPS.map(({ trap }) => trap)).toEqual(
    Array.from({ length: 19 }, (_, index) => 1 + index),
  );
  for (const { cases, tests } of TRAPS) expect(cases ?? tests).toBeDefined();
});

const rows = TRAPS.flatMap(({ trap, what, cases = [] }) =>
  cases.flatMap((each) =>
    (each.machines ?? MACHINES).map((machine) => ({ trap, what, machine, each })),
  ),
);

test.each(rows)('trap $trap on $machine: $what', ({ what, machine, each }) => {
  const { expected, actual } = judgeFixtureCase({ what, ...each }, machine);
  expect(actual).toEqual(expected);
});

const elsewhere = TRAPS.flatMap(({ trap, what, tests = [] }) =>
  tests.map(([file, title]) => ({ trap, what, file, title })),
);

test.each(elsewhere)('trap $trap is tested in $file', ({ file, title }) => {
  const path = join(__dirname, '../../..', file);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(`'${title}'`);
});
