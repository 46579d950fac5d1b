import { ASYNC_CRATE } from './async-crate';
import { BUILD_SCRIPT_CRATE } from './build-script-crate';
import {
  executedNames,
  executedOf,
  failedNames,
  failedOf,
  runChangeRounds,
  type ChangeRounds,
} from './change-rounds';
import { CLOSURE_CRATE } from './closure-crate';
import { LINE_CRATE } from './line-crate';
import { MACRO_CRATE } from './macro-crate';
import { ScratchWorkspace } from './scratch-workspace';
import { STATIC_CRATE } from './static-crate';

// Optimised code shows less of what was written, so which further tests run is left to the
// compiler. What a change breaks must be seen all the same.
const CRATES = [
  ASYNC_CRATE,
  BUILD_SCRIPT_CRATE,
  CLOSURE_CRATE,
  LINE_CRATE,
  MACRO_CRATE,
  STATIC_CRATE,
].map((crate) => ({ ...crate, changes: crate.changes.filter(({ fails }) => fails !== undefined) }));

let workspace: ScratchWorkspace;
let runs: ChangeRounds;

beforeAll(() => {
  workspace = ScratchWorkspace.empty({ profile: 'release' });
  runs = runChangeRounds(workspace, CRATES);
});

afterAll(() => workspace.remove());

describe.each(CRATES)('$name', (crate) => {
  test('at first every test runs', () => {
    expect(executedOf(runs.first, crate)).toEqual(executedNames(crate, crate.tests));
  });

  test.each(crate.changes.map((change, round) => ({ ...change, round })))(
    '$name fails the tests that it breaks, and no others',
    ({ fails = [], round }) => {
      expect(failedOf(runs.rounds[round]!, crate)).toEqual(failedNames(fails));
    },
  );
});

test('all changes undone: no test runs', () => {
  expect(runs.undone.executed).toEqual([]);
});
