import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintTests } from './fingerprint-tests';
import type { SharedStatic } from './shared-state';
import { compileProgram, removeCompiledPrograms, runTests } from './test-support/compile-rust';
import type { CompiledProgram, TestProgram } from './test-support/compile-rust';

const folder = join(__dirname, '../fixtures/state');
const sources = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);

afterAll(removeCompiledPrograms);

const sample: TestProgram = {
  files: sources,
  crates: { own: 'own.rs', registry: 'registry.rs' },
  foreignCrates: ['registry'],
  libraries: { native: 'native.c' },
  cFlags: ['-fcommon', '-ffunction-sections', '-fdata-sections'],
};

const stateOf = (compiled: CompiledProgram): readonly SharedStatic[] =>
  fingerprintTests(compiled.readLink(), compiled.tests).sharedState;

/**
 * Per name, in words: the tests that reach it, and whether each thread has its
 * own. A trait's impl is written as in v0 names, which nightlies have by default.
 */
const inWords = (state: readonly SharedStatic[]): string[] =>
  state
    .map(({ name, isThreadLocal, tests }) => {
      const path = name.replace(/^<(.*) as .*::(\w+)>/, '$1::$2');
      return `${path}${isThreadLocal ? ' (thread-local)' : ''}: ${tests.join(', ')}`;
    })
    .sort();

const EXPECTED = [
  'own::JOURNAL: elsewhere::path, elsewhere::path_too',
  'own::count::MADE: elsewhere::path_generic, elsewhere::path_generic_too',
  'sample::elsewhere::SETTINGS: elsewhere::settings, elsewhere::settings_too',
  'sample::elsewhere::counted::TIMES: elsewhere::made, elsewhere::made_too',
  'sample::hidden::Actor::Act::act::ACTS: hidden::through_dyn, hidden::through_dyn_too',
  'sample::hidden::DROPS: hidden::through_drop, hidden::through_drop_too',
  'sample::hidden::UNWOUND: hidden::only_unwinding, hidden::only_unwinding_too',
  'sample::hidden::closure::INNER: hidden::in_closure, hidden::in_closure_too',
  'sample::hidden::generic::CALLS: hidden::in_generic, hidden::in_generic_too',
  'sample::hidden::next::NEXT: hidden::in_function, hidden::in_function_too',
  'sample::local::DROPPED (thread-local): local::dropped, local::dropped_too',
  'sample::local::LAZY (thread-local): local::lazy, local::lazy_too',
  'sample::local::PLAIN (thread-local): local::plain, local::plain_too',
  'sample::local::VAL (thread-local): local::val, local::val_too',
  'sample::statics::CONFIG: statics::both, statics::sets_once',
  'sample::statics::NAMES: statics::both, statics::locks, statics::locks_too',
  'sample::statics::RAW: statics::raw, statics::raw_too',
  'sample::statics::TABLE: statics::lazy, statics::lazy_too',
  'sample::statics::TARGET: statics::behind, statics::behind_too',
  'seen: elsewhere::common, elsewhere::common_too',
  'total: elsewhere::native, elsewhere::native_too',
];

test.each([0, 3] as const)(
  'what tests share, named as in the source, at optimisation level %d',
  async (optLevel) => {
    const compiled = await compileProgram({ ...sample, optLevel });
    expect([...(await runTests(compiled)).values()].filter((end) => end !== 'ok')).toEqual([]);
    expect(inWords(stateOf(compiled))).toEqual(EXPECTED);
  },
  600_000,
);

test('names in the other mangling are told as well', async () => {
  const flags = ['-Csymbol-mangling-version=v0'];
  const compiled = await compileProgram({ ...sample, flags });
  expect(inWords(stateOf(compiled))).toEqual(EXPECTED);
}, 600_000);

test('statics of crates that are no part of the workspace do not count', async () => {
  const names = async (program: TestProgram) =>
    stateOf(await compileProgram(program)).flatMap(({ name }) =>
      name.startsWith('registry::') ? [name] : [],
    );
  expect(await names(sample)).toEqual([]);
  expect(await names({ ...sample, foreignCrates: [] })).toEqual([
    'registry::CALLS',
    'registry::DEPTH',
  ]);
}, 600_000);

test('counters of coverage and tests that were not asked for do not count', async () => {
  const compiled = await compileProgram({ ...sample, flags: ['-Cinstrument-coverage'] });
  expect(inWords(stateOf(compiled))).toEqual(EXPECTED);

  const { sharedState, unknown } = fingerprintTests(compiled.readLink(), [
    'statics::locks',
    'statics::both',
    'statics::sets_once',
    'statics::no_such_test',
  ]);
  expect([...unknown.keys()]).toEqual(['statics::no_such_test']);
  expect(inWords(sharedState)).toEqual([
    'sample::statics::CONFIG: statics::both, statics::sets_once',
    'sample::statics::NAMES: statics::both, statics::locks',
  ]);
}, 600_000);
