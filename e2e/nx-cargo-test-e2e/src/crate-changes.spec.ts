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
import { COMPILING_CRATE } from './compiling-crate';
import { LINE_CRATE } from './line-crate';
import { MACRO_CRATE } from './macro-crate';
import { MANIFEST_CRATE } from './manifest-crate';
import { MODULE_CRATE } from './module-crate';
import { PROCESS_CRATE } from './process-crate';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';
import { STATIC_CRATE } from './static-crate';

const CRATES = [
  ASYNC_CRATE,
  BUILD_SCRIPT_CRATE,
  CLOSURE_CRATE,
  COMPILING_CRATE,
  LINE_CRATE,
  MACRO_CRATE,
  MANIFEST_CRATE,
  MODULE_CRATE,
  PROCESS_CRATE,
  STATIC_CRATE,
];

let workspace: ScratchWorkspace;
let runs: ChangeRounds;
/** By index of the change: the run right after the one that it caused. */
const repeated: NxRun[] = [];

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  runs = runChangeRounds(workspace, CRATES, () => {
    repeated.push(workspace.nx(['run-many', '-t', 'test']));
  });
});

afterAll(() => workspace.remove());

describe.each(CRATES)('$name', (crate) => {
  test('at first every test runs', () => {
    expect(executedOf(runs.first, crate)).toEqual(executedNames(crate, crate.tests));
  });

  describe.each(crate.changes.map((change, round) => ({ ...change, round })))(
    '$name',
    ({ executed, alsoAllowed, fails = [], round }) => {
      test('runs the tests that it reaches', () => {
        const seen = executedOf(runs.rounds[round]!, crate);
        const expected = executedNames(crate, executed);
        if (alsoAllowed === 'any') expect(seen).toEqual(expect.arrayContaining(expected));
        else expect(seen).toEqual(expected);
      });

      test('fails the tests that it breaks, and no others', () => {
        const changed = runs.rounds[round]!;
        expect(failedOf(changed, crate)).toEqual(failedNames(fails));
        if (fails.length > 0) expect(changed.status).not.toBe(0);
      });

      test('then runs only what failed', () => {
        const again = repeated[round]!;
        expect(executedOf(again, crate)).toEqual(executedNames(crate, fails));
        expect(failedOf(again, crate)).toEqual(failedNames(fails));
      });
    },
  );
});

test('all changes undone: no test runs', () => {
  expect(runs.undone.executed).toEqual([]);
});
