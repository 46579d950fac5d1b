import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;

const MESSAGE = 'said by a task that has nothing to do with Rust';

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
  workspace.writeCrate('sound', { files: { 'src/lib.rs': moduleOf('one') } });
  workspace.write(
    'package.json',
    JSON.stringify({ name: 'scratch', private: true, workspaces: ['web'] }),
  );
  workspace.write(
    'web/package.json',
    JSON.stringify({ name: 'web', private: true, scripts: { hello: `echo ${MESSAGE}` } }),
  );
  workspace.commit('a sound crate and a project without Rust');
  workspace.nxOk(['run', 'sound:test']);
});

afterAll(() => workspace.remove());

describe('wrong options in nx.json', () => {
  afterAll(() => workspace.configureNx({}));

  it('fail every test target with one error, and no other project', () => {
    workspace.configureNx({}, { sets: { quick: ['one'] }, runtimInputs: [] });
    const error = 'INVALID_OPTIONS: options of nx-cargo-test in nx.json: runtimInputs: unknown';
    expect(workspace.nxOk(['run', 'web:hello']).output).toContain(MESSAGE);
    for (const target of ['test', 'test-quick']) {
      const { status, output, executed } = workspace.nx(['run', `sound:${target}`]);
      expect([target, status, executed]).toEqual([target, 1, []]);
      expect(output.split(error)).toHaveLength(2);
      expect(output).not.toMatch(/^ +at .*\.js:\d+/m);
    }
  });
});

describe('wrong options in project.json', () => {
  afterAll(() => workspace.delete('sound/project.json'));

  it.each([
    [
      { 'test-one': { options: { killAfterSecond: 3 } } },
      'sound:test-one, set by targetDefaults or a project.json: options.killAfterSecond: unknown option; did you mean killAfterSeconds?',
    ],
    [
      { 'test-one': { options: { killAfterSeconds: 'soon' } } },
      'options of the executor nx-cargo-test:test-module: killAfterSeconds: expected number, got "soon"',
    ],
    [
      { 'build-tests': { options: { featurs: ['x'] } } },
      'sound:build-tests, set by targetDefaults or a project.json: options.featurs: unknown option; did you mean features?',
    ],
    [
      { 'build-tests': { options: { allFeatures: true, features: ['x'] } } },
      'options of the executor nx-cargo-test:build-tests: allFeatures: true, and features names some',
    ],
  ])('%j', (targets, error) => {
    workspace.write('sound/project.json', JSON.stringify({ name: 'sound', targets }));
    const { status, output } = workspace.nx(['run', 'sound:test']);
    expect(status).not.toBe(0);
    expect(output.split(`INVALID_OPTIONS: ${error}`)).toHaveLength(2);
    expect(output).not.toMatch(/^ +at .*\.js:\d+/m);
  });
});

describe('Cargo workspaces that cargo refuses to build', () => {
  const cases = {
    cyclic: ['cyclic package dependency', '[dependencies]\nback = { path = "back" }\n'],
    unlocked: ['failed to parse lock file', ''],
    featureless: [
      '`nothing`',
      '[dependencies]\nsound = { path = "../sound", features = ["nothing"] }\n',
    ],
    pathless: ['pathless/gone/Cargo.toml', '[dependencies]\ngone = { path = "gone" }\n'],
    testless: ['tests/gone.rs', '[[test]]\nname = "gone"\npath = "tests/gone.rs"\n'],
  } as const;

  it('fail one by one with the words of cargo; all else runs', () => {
    for (const [name, [, rest]] of Object.entries(cases)) {
      const table = `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
      workspace.write(`${name}/Cargo.toml`, table + rest);
      workspace.write(`${name}/src/lib.rs`, moduleOf('one'));
    }
    workspace.write(
      'cyclic/back/Cargo.toml',
      '[package]\nname = "back"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\ncyclic = { path = ".." }\n',
    );
    workspace.write('cyclic/back/src/lib.rs', '');
    workspace.write('unlocked/Cargo.lock', 'version = 4\n[[package]]\nname = 3\n');
    workspace.write('sound/src/lib.rs', moduleOf('one') + moduleOf('two'));
    const { status, executed, outputOf } = workspace.nx(['run-many', '-t', 'test'], {
      NX_CARGO_TEST_REUSE: 'off',
    });
    expect([status, executed]).toEqual([130, ['sound/one::holds', 'sound/two::holds']]);
    for (const [name, [words]] of Object.entries(cases)) {
      const build = outputOf(`${name}:build-tests`);
      expect([name, build.match(/^[A-Z_]+: /gm)]).toEqual([name, ['CARGO_BUILD_FAILED: ']]);
      expect(build).toContain(words);
    }
  });
});
