import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GROUP_VARIABLE, KEPT_MEBIBYTES } from './keeping-memory';
import { memoryGroup } from './memory-group';
import {
  DEBT_VARIABLE,
  KEEPING_MODULES,
  KEEPING_TESTS,
  PACKED_CRATE,
  PACKED_TESTS,
} from './packed-crate';
import { ScratchWorkspace, type NxRun } from './scratch-workspace';

/** Room for one module and a test of the other, and for the process itself. */
const LIMIT_MEBIBYTES = KEPT_MEBIBYTES * (KEEPING_TESTS.length + 1) + 24;
const KILLED_AND_RUN_AGAIN = /a process was killed by .* again, /;

let workspace: ScratchWorkspace;
const group = memoryGroup(LIMIT_MEBIBYTES);
beforeAll(() => {
  workspace = ScratchWorkspace.empty({ packModules: true });
  workspace.writeCrate('packed', PACKED_CRATE);
  workspace.commit('a crate whose modules fit into a process each');
});
afterAll(() => {
  group?.remove();
  workspace.remove();
});

/** Runs all tests, whatever is known of them. */
function runAll(environment: Readonly<Record<string, string>> = {}): NxRun {
  return workspace.nx(['run', 'packed:test', '--skip-nx-cache', '--', '--test-threads=1'], {
    NX_CARGO_TEST_PARALLEL: '1',
    ...environment,
  });
}

/** How the tests of a module ended, by name without the module. */
function verdictsOf(module: string): Record<string, string> {
  const file = `packed/target/nx-cargo-test/packed/results/lib.${module}.json`;
  const { tests } = JSON.parse(readFileSync(join(workspace.folder, file), 'utf8')) as {
    tests: { name: string; verdict: { kind: string } }[];
  };
  return Object.fromEntries(
    tests.map(({ name, verdict }) => [name.slice(module.length + 2), verdict.kind]),
  );
}

// Where no limit can be set, everything fits.
const environment: Record<string, string> =
  group === undefined ? {} : { [GROUP_VARIABLE]: group.folder };

test('a module has a process of its own until it is known what it needs', () => {
  const first = workspace.nxOk(['run', 'packed:test', '--', '--test-threads=1']);
  expect(first.executed).toEqual(PACKED_TESTS);
  expect(first.output).not.toContain('shared a process');
});

test('modules that share a process have verdicts, results and output of their own', () => {
  const run = runAll({ [DEBT_VARIABLE]: '1' });
  expect(run.status).not.toBe(0);
  expect(run.executed).toEqual(PACKED_TESTS);
  expect(run.outputOf('packed:test-north')).toContain('note: shared a process with east, south');
  expect(run.outputOf('packed:test-east')).toContain('what east owes');
  expect(run.outputOf('packed:test-north')).not.toContain('what east owes');
  expect(verdictsOf('east')).toEqual({ fails_in_debt: 'failed', passes: 'passed' });
  for (const module of KEEPING_MODULES) {
    expect(verdictsOf(module)).toEqual({ t0: 'passed', t1: 'passed', t2: 'passed' });
    expect(run.outputOf(`packed:test-${module}`)).toContain(`${module}: 3 passed`);
  }
});

test('a kernel that kills the process parts the modules, and all pass', () => {
  const run = runAll(environment);
  expect(run.status).toBe(0);
  for (const module of KEEPING_MODULES)
    expect(verdictsOf(module)).toEqual({ t0: 'passed', t1: 'passed', t2: 'passed' });
  if (group === undefined) return;
  expect(run.outputOf('packed:test-south')).toMatch(KILLED_AND_RUN_AGAIN);
  expect(run.output).toContain('out of memory: ');
});

test('the next run puts fewer tests together, and no process is killed', () => {
  const run = runAll(environment);
  expect(run.status).toBe(0);
  expect(run.output).not.toMatch(KILLED_AND_RUN_AGAIN);
  expect(run.executed).toEqual(PACKED_TESTS);
  if (group === undefined) return;
  expect(run.output).toMatch(
    /processes that modules share run at most [1-7] tests?, because a process of 8 was killed by SIGKILL, out of memory: /,
  );
  expect(run.output).toContain('`npx nx-cargo-test resources forget shared --project=packed`');
});

test('what passed in shared processes counts for no run without them', () => {
  workspace.configureNx({});
  const run = workspace.nxOk(['run', 'packed:test', '--', '--test-threads=1']);
  expect(run.executed).toEqual(PACKED_TESTS);
  expect(run.output).not.toContain('shared a process');
});
