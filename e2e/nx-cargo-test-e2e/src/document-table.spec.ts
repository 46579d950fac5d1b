import { DOCUMENT_TABLE } from './document-table';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;
beforeAll(() => {
  workspace = ScratchWorkspace.withSample();
  workspace.configureNx({}, { sets: DOCUMENT_TABLE.set });
  workspace.commit('the set');
});
afterAll(() => workspace.remove());

test.each(DOCUMENT_TABLE.rows)('$document: nx $nx', ({ nx, shows, ...row }) => {
  const { tests = 0, ignored = 0, benches = 0 } = row;
  // Nothing comes from a cache or the ledger, so that every test that the command stands for runs.
  const { status, output, executed } = workspace.nx(
    [...nx.split(' '), '--skip-nx-cache', '--output-style=static'],
    { NX_CARGO_TEST_REUSE: 'off' },
  );
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(shows ?? '') });
  expect(sums(output)).toEqual({ tests, ignored });
  // What the output says is what a program outside of the plugin saw.
  expect(executed).toHaveLength(tests + ignored + benches);
  // Tests and commands that compile the crate run on one machine, and say which it is.
  expect([...new Set(output.match(/^runner: .*$/gm))]).toEqual([
    'runner: native (this host is Linux)',
  ]);
});

/** Sums of what the modules say. */
function sums(output: string): { tests: number; ignored: number } {
  let tests = 0;
  let ignored = 0;
  const lines = /^\S.*: (\d+) passed(?:, (\d+) ignored)? \([\d.]+ s\)$/gm;
  for (const [, passed, left = '0'] of output.matchAll(lines)) {
    tests += Number(passed);
    ignored += Number(left);
  }
  return { tests, ignored };
}
