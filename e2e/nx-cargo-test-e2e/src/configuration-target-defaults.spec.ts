import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
});

afterAll(() => workspace.remove());

describe('targetDefaults', () => {
  const test = '{projectRoot}/notes.txt';

  beforeAll(() => {
    workspace.writeCrate('plain', {
      files: { 'src/lib.rs': moduleOf('one', '') + moduleOf('two', ''), 'notes.txt': 'a\n' },
    });
    workspace.commit('a plain crate');
  });

  afterAll(() => workspace.configureNx({}));

  const all = ['plain/one::holds', 'plain/two::holds'];

  it('that replace what the umbrella depends on: nothing passes, and the merging form is shown', () => {
    workspace.configureNx({ targetDefaults: { test: { dependsOn: ['^build'] } } });
    for (const round of ['first', 'second']) {
      const { status, output, executed } = workspace.nx(['run', 'plain:test']);
      expect([round, status, executed]).toEqual([round, 1, []]);
      expect(output).toContain('TARGET_DEFAULTS_REPLACED');
      expect(output).toContain('plain:test: targetDefaults or a project.json replaced dependsOn');
      expect(output).toContain('"targetDefaults": {"test":{"dependsOn":["...","^build"]}}');
    }
  });

  it('that replace what the umbrella reads as well', () => {
    const defaults = { dependsOn: ['^build'], inputs: ['default', '^default'] };
    workspace.configureNx({ targetDefaults: { test: defaults } });
    const { status, output, executed } = workspace.nx(['run', 'plain:test']);
    expect([status, executed]).toEqual([1, []]);
    expect(output).toContain(
      '"targetDefaults": {"test":{"dependsOn":["...","^build"],"inputs":["...","default","^default"]}}',
    );
  });

  it('in the form that was shown: the tests run, and come from the cache next time', () => {
    const defaults = { dependsOn: ['...', '^build'], inputs: ['...', 'default', '^default'] };
    workspace.configureNx({ targetDefaults: { test: defaults } });
    expect(workspace.nxOk(['run', 'plain:test']).executed).toEqual(all);
    const { executed, output } = workspace.nxOk(['run', 'plain:test']);
    expect(executed).toEqual([]);
    expect(output).toContain('one: 1 passed');
    expect(output).toContain('two: 1 passed');
  });

  it('that only set cache change nothing', () => {
    workspace.configureNx({ targetDefaults: { test: { cache: true } } });
    const reuse = { NX_CARGO_TEST_REUSE: 'off' };
    expect(workspace.nxOk(['run', 'plain:test'], reuse).executed).toEqual(all);
    expect(workspace.nxOk(['run', 'plain:test'], reuse).executed).toEqual([]);
  });

  it.each([
    ['nx-cargo-test:test-module', { inputs: ['default'] }, 'inputs'],
    ['nx-cargo-test:test-module', { dependsOn: ['^build'] }, 'dependsOn'],
    ['nx-cargo-test:build-tests', { inputs: ['default'] }, 'inputs'],
    ['nx-cargo-test:build-tests', { outputs: ['{projectRoot}/dist'] }, 'outputs'],
  ])('keyed by the executor %s with %j: fails and names it', (executor, defaults, replaced) => {
    workspace.configureNx({ targetDefaults: { [executor]: defaults } });
    const { status, output, executed } = workspace.nx(['run', 'plain:test']);
    expect([status === 0, executed]).toEqual([false, []]);
    expect(output).toContain('TARGET_DEFAULTS_REPLACED');
    expect(output).toContain(`targetDefaults or a project.json replaced ${replaced} that`);
  });

  it('keyed by the executor in the form that merges: what is added is an input, too', () => {
    const defaults = { 'nx-cargo-test:test-module': { inputs: ['...', test] } };
    workspace.configureNx({ targetDefaults: defaults });
    expect(workspace.nxOk(['run', 'plain:test']).executed).toEqual(all);
    expect(workspace.nxOk(['run', 'plain:test']).executed).toEqual([]);
    workspace.write('plain/notes.txt', 'b\n');
    expect(workspace.nxOk(['run', 'plain:test']).executed).toEqual(all);
  });
});
