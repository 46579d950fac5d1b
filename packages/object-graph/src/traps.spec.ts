import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintTests } from './fingerprint-tests';
import { compileProgram, removeCompiledPrograms, runTests } from './test-support/compile-rust';
import type { CompiledProgram, TestProgram } from './test-support/compile-rust';
import { TRAP_CASES } from './test-support/trap-cases';
import type { TrapCase } from './test-support/trap-cases';

const folder = join(__dirname, '../fixtures/traps');
const sources = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);

afterAll(removeCompiledPrograms);

function program(optLevel: 0 | 3, edit?: TrapCase): TestProgram {
  const file = edit?.file ?? 'main.rs';
  const text = sources[file]!;
  if (edit !== undefined && edit.from !== '' && text.split(edit.from).length !== 2) {
    throw new Error(`'${edit.from}' must stand once in ${file}`);
  }
  return {
    files:
      edit === undefined ? sources : { ...sources, [file]: text.replace(edit.from, () => edit.to) },
    crates: { dep: 'dep.rs', log: 'log.rs' },
    libraries: { native: 'native.c' },
    cFlags: ['-fcommon', '-ffunction-sections', '-fdata-sections'],
    flags: edit?.flags ?? [],
    optLevel,
  };
}

interface Observed {
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly outcomes: ReadonlyMap<string, string>;
}

async function observe(compiled: CompiledProgram): Promise<Observed> {
  const { fingerprints, unknown } = fingerprintTests(compiled.readLink(), compiled.tests);
  expect([...unknown]).toEqual([]);
  return { fingerprints, outcomes: await runTests(compiled) };
}

const bases = new Map<0 | 3, Promise<Observed>>();

function base(optLevel: 0 | 3): Promise<Observed> {
  let observed = bases.get(optLevel);
  if (observed === undefined) {
    observed = compileProgram(program(optLevel)).then(observe);
    bases.set(optLevel, observed);
  }
  return observed;
}

describe.each([0, 3] as const)('at optimisation level %d', (optLevel) => {
  // All compilations are started at once, so that they run while fingerprints are made.
  beforeAll(() => {
    compileProgram(program(optLevel)).catch(() => undefined);
    for (const edit of TRAP_CASES) compileProgram(program(optLevel, edit)).catch(() => undefined);
  });

  test('all tests of the sample pass', async () => {
    const { outcomes, fingerprints } = await base(optLevel);
    expect([...outcomes].filter(([, outcome]) => outcome !== 'ok')).toEqual([]);
    expect(outcomes.size).toBe(fingerprints.size);
  }, 600_000);

  test.each(TRAP_CASES)(
    '$name',
    async (edit) => {
      const before = await base(optLevel);
      const after = await observe(await compileProgram(program(optLevel, edit)));
      const names = [...after.fingerprints.keys()].sort();
      const changed = names.filter(
        (name) => before.fingerprints.get(name) !== after.fingerprints.get(name),
      );

      const flipped = names.filter(
        (name) => before.outcomes.get(name) !== after.outcomes.get(name),
      );
      expect(flipped.filter((name) => !changed.includes(name))).toEqual([]);
      const tolerated = [
        ...(edit.mayChange ?? []),
        ...(optLevel === 3 ? (edit.optimizedMayChange ?? []) : []),
      ];
      const expected = names.filter((name) => matches(name, edit.changes));
      expect(
        changed.filter((name) => matches(name, edit.changes) || !matches(name, tolerated)),
      ).toEqual(expected);
    },
    600_000,
  );
});

function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
