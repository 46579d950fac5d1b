import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CROWDED, HUNGRY, KILLED_CRATE, ROOM } from './killed-crate';
import { GROUP_VARIABLE, KEPT_MEBIBYTES } from './keeping-memory';
import { memoryGroup } from './memory-group';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

const PROGRAM = resolve(__dirname, '../../../packages/nx-cargo-test/bin/nx-cargo-test.js');
/** Room for three of the tests that keep memory, and for the process itself. */
const LIMIT_MEBIBYTES = KEPT_MEBIBYTES * 3 + 24;

let workspace: ScratchWorkspace;
beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate('killed', KILLED_CRATE);
  workspace.commit('a crate whose tests need more than there is');
});
afterAll(() => workspace.remove());

/** Runs all tests of a module, whatever is known of them. */
function run(module: string, environment: Readonly<Record<string, string>> = {}): NxRun {
  return workspace.nx(
    ['run', `killed:test-${module}`, '--skip-nx-cache', '--', '--test-threads=1'],
    { NX_CARGO_TEST_REUSE: 'off', ...environment },
  );
}

function resources(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('node', [PROGRAM, 'resources', ...args], {
    cwd: join(workspace.folder, 'killed'),
    env: workspace.environment(),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const fullNames = (module: string, names: readonly string[]): string[] =>
  names.map((name) => `killed/${module}::${name}`);
const KILLED_AND_RUN_AGAIN = /a process was killed by .* again, /;

describe('after a process was killed', () => {
  test('the next run plans processes that fit, and says why', () => {
    const first = run('crowded');
    expect(first.status).toBe(0);
    expect(first.output).toMatch(KILLED_AND_RUN_AGAIN);

    const second = run('crowded');
    expect(second.status).toBe(0);
    const output = second.outputOf('killed:test-crowded');
    expect(output).not.toMatch(KILLED_AND_RUN_AGAIN);
    expect(output).toContain(
      `split into 4 processes of at most 5 tests, because a process of ${CROWDED.length} was killed by SIGKILL, cause unknown on `,
    );
    expect(output).toContain(
      '; `npx nx-cargo-test resources forget lib::crowded --project=killed` forgets that',
    );
    // Each once, so no process was killed.
    expect(second.executed).toEqual(fullNames('crowded', CROWDED));
  });

  test('what was learned is shown', () => {
    expect(resources('crowded')).toMatch(
      new RegExp(
        `^crowded: a process of ${CROWDED.length} tests was killed by SIGKILL, cause unknown, .* a process runs at most ${ROOM} tests\\.$`,
        'm',
      ),
    );
  });

  test('it is tried again in one process once that is forgotten', () => {
    expect(resources('forget', 'crowded')).toBe('Forgot what 1 module needed.\n');
    const after = run('crowded');
    expect(after.status).toBe(0);
    expect(after.output).toMatch(KILLED_AND_RUN_AGAIN);
    expect(after.output).not.toContain('split into');
  });

  test('no file is left beside those of the modules', () => {
    const folder = join(workspace.folder, 'killed/target/nx-cargo-test/killed/resources');
    expect(readdirSync(folder)).toEqual(['lib.crowded.json']);
  });
});

describe('after the kernel killed a process for lack of memory', () => {
  const group = memoryGroup(LIMIT_MEBIBYTES);
  afterAll(() => group?.remove());

  test('the next run stays below the limit', () => {
    // Where no limit can be set, all tests fit.
    const environment: Record<string, string> =
      group === undefined ? {} : { [GROUP_VARIABLE]: group.folder };
    const first = run('hungry', environment);
    expect(first.status).toBe(0);
    const second = run('hungry', environment);
    expect(second.status).toBe(0);
    expect(second.output).not.toMatch(KILLED_AND_RUN_AGAIN);
    expect(second.executed).toEqual(fullNames('hungry', HUNGRY));
    if (group === undefined) return;
    expect(first.output).toMatch(KILLED_AND_RUN_AGAIN);
    expect(second.outputOf('killed:test-hungry')).toMatch(
      /split into \d processes of at most \d tests?, because a process of 8 was killed by SIGKILL.*, out of memory: /,
    );
  });
});
