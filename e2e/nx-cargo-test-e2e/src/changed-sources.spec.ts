import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;
beforeAll(() => (workspace = ScratchWorkspace.empty()));
afterAll(() => workspace.remove());

test('sources that change between hash and build are never kept under the key of what they were', () => {
  const failing = `#[cfg(test)]\nmod one {\n    #[test]\n    fn holds() {\n        panic!();\n    }\n}\n`;
  workspace.writeCrate('late', { files: { 'src/lib.rs': failing } });
  workspace.write('repaired.rs', failing.replace('panic!();', ''));
  workspace.write('.gitignore', 'node_modules\ntarget\n.nx\nflag\n');
  workspace.write('flag', '');
  const command = 'if [ -f flag ]; then cp repaired.rs late/src/lib.rs; fi';
  const generate = { executor: 'nx:run-commands', cache: false, options: { command } };
  const targets = { generate, 'build-tests': { dependsOn: ['...', 'generate'] } };
  workspace.write('late/project.json', JSON.stringify({ name: 'late', targets }));
  workspace.commit('a test that fails');

  const during = workspace.nx(['run', 'late:test']);
  expect(during.status).not.toBe(0);
  expect(during.output).toContain('SOURCES_CHANGED');

  workspace.delete('flag');
  workspace.git('checkout', '--', 'late');
  const after = workspace.nx(['run', 'late:test']);
  expect(after.status).not.toBe(0);
  expect(after.executed).toEqual(['late/one::holds']);
});
