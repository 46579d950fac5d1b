import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  failureOf,
  passOf,
} from '../../../packages/nx-cargo-test/src/cli/test-support/ledger-records';
import { openLedgerStore } from '../../../packages/nx-cargo-test/src/ledger/ledger-store';
import { ScratchWorkspace } from './scratch-workspace';

const PROGRAM = resolve(__dirname, '../../../packages/nx-cargo-test/bin/nx-cargo-test.js');

let workspace: ScratchWorkspace;
let ledgerFolder: string;
beforeAll(async () => {
  workspace = ScratchWorkspace.empty();
  workspace.write('crates/a/README.md', '');
  const data = workspace.environment()['NX_WORKSPACE_DATA_DIRECTORY']!;
  ledgerFolder = join(data, 'nx-cargo-test', 'ledger', 'v1');
  const grows = passOf('arena::grows');
  await openLedgerStore(ledgerFolder).importRecords([
    passOf('arena::reuses'),
    grows,
    failureOf(grows, 'f1', 'killed after 300 s'),
  ]);
});
afterAll(() => workspace.remove());

/** Runs the program in a folder below the workspace's root. */
function ledger(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync('node', [PROGRAM, 'ledger', ...args], {
    cwd: join(workspace.folder, 'crates/a'),
    env: workspace.environment(),
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const states = (): string[] =>
  (JSON.parse(ledger('ls', '--json').stdout) as { state: string; test: string }[]).map(
    ({ state, test }) => `${state} ${test}`,
  );

test('a ledger is shown, carried over, forgotten and checked from the command line', () => {
  expect(ledger('ls')).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/\n2 entries of 2 tests: 1 reusable, 1 revoked\n$/),
  });
  expect(ledger('show', 'arena::grows').stdout).toContain(
    'revoked     killed after 300 s: 1a2b3c4',
  );
  expect(ledger('export', 'ledger.export').status).toBe(0);

  expect(ledger('forget', 'arena::reuses').status).toBe(0);
  expect(states()).toEqual(['revoked arena::grows', 'revoked arena::reuses']);
  expect(ledger('import', 'ledger.export').status).toBe(0);
  // What was forgotten does not come back by an export from before.
  expect(states()).toEqual(['revoked arena::grows', 'revoked arena::reuses']);

  rmSync(ledgerFolder, { recursive: true });
  expect(ledger('import', 'ledger.export').status).toBe(0);
  expect(states()).toEqual(['revoked arena::grows', 'reusable arena::reuses']);

  expect(ledger('verify').status).toBe(0);
  const passes = readdirSync(ledgerFolder).find((name) => name.endsWith('.passes.json'))!;
  appendFileSync(join(ledgerFolder, passes), 'x');
  expect(ledger('verify')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`${passes}: its passes are lost`),
  });
  expect(states()).toEqual(['revoked arena::grows']);
});

test('what goes wrong is told by status and code', () => {
  expect(ledger('show', 'no_such_test')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/UNKNOWN_TEST: the ledger knows no test no_such_test\n$/),
  });
  expect(ledger('forget').status).toBe(2);
  expect(ledger('ls', '--colour').status).toBe(2);
});

test('nx reset forgets the ledger', () => {
  workspace.nxOk(['reset']);
  expect(ledger('ls').stdout).toBe('The ledger knows no test.\n');
});
