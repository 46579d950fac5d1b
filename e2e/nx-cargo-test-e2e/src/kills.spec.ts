import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CROWDED, GREEDY, HUNGRY, KILLED_CRATE, ROOM } from './killed-crate';
import { GROUP_VARIABLE, KEPT_MEBIBYTES } from './keeping-memory';
import { memoryGroup } from './memory-group';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

/** Room for three of the tests that keep memory, and for the process itself. */
const LIMIT_MEBIBYTES = KEPT_MEBIBYTES * 3 + 24;

let workspace: ScratchWorkspace;
beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate('killed', KILLED_CRATE);
  workspace.commit('a crate whose tests need more than there is');
});
afterAll(() => workspace.remove());

/** How the tests of a module ended, by name without the module. */
function verdictsOf(module: string): Record<string, string> {
  const folder = join(workspace.folder, 'killed/target/nx-cargo-test/killed/results');
  const results = readdirSync(folder).map(
    (file) =>
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        leaf: string;
        tests: { name: string; verdict: { kind: string } }[];
      },
  );
  const { tests } = results.find(({ leaf }) => leaf === `lib::${module}`)!;
  return Object.fromEntries(
    tests.map(({ name, verdict }) => [name.slice(module.length + 2), verdict.kind]),
  );
}

const timesRun = ({ executed }: NxRun): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const test of executed) counts.set(test, (counts.get(test) ?? 0) + 1);
  return counts;
};

describe('a module that does not fit into one process', () => {
  let run: NxRun;
  beforeAll(() => (run = workspace.nx(['run', 'killed:test-crowded', '--', '--test-threads=1'])));

  test('succeeds, with a verdict for each test', () => {
    expect(run.status).toBe(0);
    expect(verdictsOf('crowded')).toEqual(
      Object.fromEntries(CROWDED.map((name) => [name, 'passed'])),
    );
  });

  test('says what was killed, and how the rest was run', () => {
    expect(run.outputOf('killed:test-crowded')).toContain(
      `a process was killed by SIGKILL, cause unknown while crowded::${CROWDED[ROOM]} ran; ` +
        `${CROWDED.length - ROOM} tests run again, in processes of at most ${ROOM} tests`,
    );
  });

  test('runs no test again that had its verdict', () => {
    const times = timesRun(run);
    expect(CROWDED.map((name) => times.get(`killed/crowded::${name}`))).toEqual(
      CROWDED.map((_, index) => (index < ROOM ? 1 : 2)),
    );
  });
});

describe('a test that is killed alone', () => {
  let run: NxRun;
  beforeAll(() => (run = workspace.nx(['run', 'killed:test-doomed', '--', '--test-threads=1'])));

  test('is reported as killed, and the others pass', () => {
    expect(run.status).not.toBe(0);
    expect(verdictsOf('doomed')).toEqual({ before: 'passed', ends: 'killed', later: 'passed' });
    expect(run.outputOf('killed:test-doomed')).toContain(
      'killed: doomed::ends (killed by SIGKILL, cause unknown, alone in its process)',
    );
  });

  test('is run again next time: nothing of it is kept', () => {
    const again = workspace.nx(['run', 'killed:test-doomed', '--', '--test-threads=1']);
    expect(again.status).not.toBe(0);
    expect(again.executed).toContain('killed/doomed::ends');
  });
});

test('with fewer descriptors than all tests of a module need, those that lacked them run again', () => {
  const run = workspace.nx(['run', 'killed:test-greedy', '--', '--test-threads=1']);
  expect(run.status).toBe(0);
  expect(verdictsOf('greedy')).toEqual(
    Object.fromEntries([...GREEDY, 'waits'].map((name) => [name, 'passed'])),
  );
  expect(run.outputOf('killed:test-greedy')).toMatch(
    /note: a process ran out of descriptors: \d\d were open, and RLIMIT_NOFILE is 96; greedy::t4, greedy::t5, greedy::t6, greedy::t7 failed for it, and run again, in processes of at most 4 tests/,
  );
  const times = timesRun(run);
  expect([...GREEDY, 'waits'].map((name) => times.get(`killed/greedy::${name}`))).toEqual([
    ...[1, 1, 1, 1],
    ...[2, 2, 2, 2],
    1,
  ]);
});

describe('with less memory than all tests of a module need', () => {
  const group = memoryGroup(LIMIT_MEBIBYTES);
  afterAll(() => group?.remove());

  test('they pass, and the kernel is named as what killed the process', () => {
    // Where no limit can be set, they fit.
    const environment: Record<string, string> =
      group === undefined ? {} : { [GROUP_VARIABLE]: group.folder };
    const run = workspace.nx(['run', 'killed:test-hungry', '--', '--test-threads=1'], environment);
    expect(run.status).toBe(0);
    expect(verdictsOf('hungry')).toEqual(
      Object.fromEntries(HUNGRY.map((name) => [name, 'passed'])),
    );
    const output = run.outputOf('killed:test-hungry');
    if (group === undefined) expect(output).not.toContain('killed by');
    else expect(output).toMatch(/a process was killed by SIGKILL.*, out of memory: .* ran; /);
  });
});
