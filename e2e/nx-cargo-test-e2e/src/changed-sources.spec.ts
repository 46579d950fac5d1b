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

describe('a build script that writes a tracked source', () => {
  const made = (number: number): string => `pub const NUMBER: u32 = ${number};\n`;
  const library = `mod made;\n#[cfg(test)]\nmod one {\n    #[test]\n    fn holds() {\n        assert_eq!(super::made::NUMBER, 1);\n    }\n}\n`;
  const script = (number: number): string =>
    `fn main() {\n    std::fs::write("src/made.rs", ${JSON.stringify(made(number))}).unwrap();\n}\n`;

  test('with the content that it has is no change, with another one is', () => {
    workspace.writeCrate('maker', {
      files: { 'src/lib.rs': library, 'src/made.rs': made(1), 'build.rs': script(1) },
    });
    workspace.commit('generated source');
    expect(workspace.nxOk(['run', 'maker:test']).executed).toEqual(['maker/one::holds']);

    workspace.write('maker/build.rs', script(2));
    const during = workspace.nx(['run', 'maker:test']);
    expect([during.status === 0, during.executed]).toEqual([false, []]);
    expect(during.output).toContain('SOURCES_CHANGED');
    const after = workspace.nx(['run', 'maker:test']);
    expect([after.status === 0, after.executed]).toEqual([false, ['maker/one::holds']]);
  });
});
