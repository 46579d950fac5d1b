import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { moduleOf } from './rust-module';
import { ScratchWorkspace } from './scratch-workspace';

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = ScratchWorkspace.empty();
});

afterAll(() => workspace.remove());

describe('modules with clashing names', () => {
  const MODULES = ['arena', 'doc', 'first::arena', 'rest', 'root', 'second::arena'];

  beforeAll(() => {
    workspace.writeCrate('names', {
      files: {
        'src/lib.rs': [
          'mod first;\nmod second;\n',
          moduleOf('arena'),
          moduleOf('doc'),
          moduleOf('rest'),
          moduleOf('root'),
          '#[test]\nfn at_the_root() {}\n',
        ].join(''),
        'src/first.rs': moduleOf('arena'),
        'src/second.rs': moduleOf('arena'),
        'tests/second.rs': '#[test]\nfn integrates() {}\n',
        'tests/arena.rs': '#[test]\nfn integrates() {}\n',
      },
    });
    workspace.commit('a crate with clashing names');
  });

  const all = [
    'arena/integrates',
    'names/at_the_root',
    ...MODULES.map((path) => `names/${path}::holds`),
    'second/integrates',
  ].sort();

  it('each has a target of its own, and the umbrella runs them all', () => {
    expect(workspace.testTargets('names')).toEqual([
      'build-tests',
      'test',
      'test-arena',
      'test-doc',
      'test-first',
      'test-first-arena',
      'test-mod-arena',
      'test-mod-doc',
      'test-mod-mod-arena',
      'test-mod-rest',
      'test-mod-root',
      'test-mod-second',
      'test-rest',
      'test-root',
      'test-second',
      'test-second-arena',
    ]);
    expect(workspace.nxOk(['run', 'names:test']).executed).toEqual(all);
    expect(workspace.nxOk(['run', 'names:test']).executed).toEqual([]);
  });

  it.each([
    ['test-arena', ['arena/integrates']],
    [
      'test-mod-arena',
      ['names/arena::holds', 'names/first::arena::holds', 'names/second::arena::holds'],
    ],
    ['test-mod-rest', ['names/rest::holds']],
  ])('%s runs what it stands for', (target, tests) => {
    // The argument makes a run of its own, which no earlier one answers for.
    const run = workspace.nxOk(['run', `names:${target}`, '--', '--include-ignored']);
    expect(run.executed).toEqual(tests);
  });

  it('a module that is added, renamed or removed is known at once', () => {
    const before = workspace.testTargets('names');
    workspace.write('names/src/first.rs', moduleOf('arena') + moduleOf('added'));
    expect(workspace.nxOk(['run', 'names:test']).executed).toContain('names/first::added::holds');
    expect(workspace.testTargets('names')).toEqual([...before, 'test-added'].sort());

    workspace.write('names/src/first.rs', moduleOf('arena') + moduleOf('renamed'));
    const renamed = workspace.nxOk(['run', 'names:test']).executed;
    expect(renamed).toContain('names/first::renamed::holds');
    expect(renamed).not.toContain('names/first::added::holds');
    expect(workspace.testTargets('names')).toEqual([...before, 'test-renamed'].sort());

    workspace.write('names/src/first.rs', moduleOf('arena'));
    const { executed, output } = workspace.nxOk(['run', 'names:test']);
    expect(executed).not.toContain('names/first::renamed::holds');
    expect(output).not.toContain('renamed');
    expect(workspace.testTargets('names')).toEqual(before);
  });
});

describe('source that appears after the targets were inferred', () => {
  /** A project.json whose tests are built after a command that writes source. */
  const generating = (command: string): string =>
    JSON.stringify({
      name: 'late',
      targets: {
        generate: { executor: 'nx:run-commands', cache: false, options: { command, cwd: 'late' } },
        'build-tests': { dependsOn: ['...', 'generate'] },
      },
    });

  beforeAll(() => {
    workspace.writeCrate('late', { files: { 'src/lib.rs': moduleOf('known') } });
    workspace.commit('a crate whose source another task makes');
  });

  afterEach(() => {
    workspace.delete('late');
    workspace.git('checkout', '--quiet', '--', 'late');
  });

  const made = '#[test]\\nfn fails() { panic!() }\\n';

  it.each([
    {
      what: 'an integration test',
      command: `mkdir -p tests && printf '${made}' > tests/made.rs`,
      next: { status: 130, executed: ['late/known::holds', 'made/fails'] },
    },
    {
      what: 'the last test vanishes',
      command: `printf '' > src/lib.rs`,
      next: { status: 0, executed: [] },
    },
    {
      what: 'a module',
      command: `printf 'mod made {\n${made}}\n' >> src/lib.rs`,
      next: { status: 130, executed: ['late/made::fails'] },
    },
  ])('$what: nothing runs and nothing is kept, and the next run is right', ({ command, next }) => {
    workspace.write('late/project.json', generating(command));
    const { status, output, executed } = workspace.nx(['run', 'late:test']);
    expect([status === 0, executed]).toEqual([false, []]);
    expect(output).toContain('SOURCES_CHANGED');
    workspace.delete('late/project.json');
    const after = workspace.nx(['run', 'late:test']);
    expect({ status: after.status, executed: after.executed }).toEqual(next);
  });
});

describe('a Cargo workspace that cannot be read', () => {
  const message = 'said by a task that has nothing to do with Rust';

  beforeAll(() => {
    workspace.writeCrate('sound', { files: { 'src/lib.rs': moduleOf('one') } });
    workspace.writeCrate('unreadable', { files: { 'src/lib.rs': moduleOf('one') } });
    workspace.write('unreadable/Cargo.toml', '[package]\nname = "unreadable"\nversion = \n');
    workspace.write(
      'package.json',
      JSON.stringify({ name: 'scratch', private: true, workspaces: ['web'] }),
    );
    workspace.write(
      'web/package.json',
      JSON.stringify({ name: 'web', private: true, scripts: { hello: `echo ${message}` } }),
    );
    workspace.commit('one Cargo.toml is broken');
  });

  afterAll(() => workspace.delete('unreadable'));

  it('fails with one error that names the file; all else works', () => {
    expect(workspace.nxOk(['run', 'web:hello']).output).toContain(message);
    expect(workspace.nxOk(['run', 'sound:test']).executed).toEqual(['sound/one::holds']);
    const { status, output, executed } = workspace.nx(['run', 'unreadable:test']);
    expect([status, executed]).toEqual([1, []]);
    expect(output.match(/CARGO_METADATA_FAILED/g)).toHaveLength(1);
    expect(output).toContain('unreadable/Cargo.toml');
    expect(output).not.toMatch(/^ +at .*\.js:\d+/m);
  });

  it('without cargo: the same for every package', () => {
    const environment = { PATH: pathWithoutCargo() };
    expect(workspace.nxOk(['run', 'web:hello'], environment).output).toContain(message);
    const { status, output, executed } = workspace.nx(['run', 'sound:test'], environment);
    expect([status, executed]).toEqual([1, []]);
    expect(output.match(/CARGO_NOT_FOUND/g)).toHaveLength(1);
    expect(workspace.nxOk(['run', 'sound:test']).executed).toEqual([]);
  });

  it('without cargo, where tests run in a guest: the targets are those that cargo gives', () => {
    workspace.configureNx({}, { runner: 'lima' });
    const show = (environment: Readonly<Record<string, string>>): string[] => {
      const { output } = workspace.nxOk(['show', 'project', 'sound', '--json'], environment);
      const shown = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as {
        targets: object;
      };
      return Object.keys(shown.targets).sort();
    };
    const expected = show({});
    expect(expected).toContain('test-one');
    expect(show({ PATH: pathWithoutCargo() })).toEqual(expected);
    workspace.configureNx({});
  });

  /** The folders of the PATH that hold no cargo, and links to what else the others may hold of use. */
  function pathWithoutCargo(): string {
    const bin = join(workspace.folder, 'target/bin');
    mkdirSync(bin, { recursive: true });
    const folders = (process.env['PATH'] ?? '').split(delimiter);
    for (const name of [
      'node',
      'npm',
      'git',
      'sh',
      'cat',
      'head',
      'sort',
      'awk',
      'sed',
      'cc',
      'env',
    ]) {
      const found = folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
      if (found !== undefined && !existsSync(join(bin, name))) symlinkSync(found, join(bin, name));
    }
    return [bin, ...folders.filter((folder) => !existsSync(join(folder, 'cargo')))].join(delimiter);
  }
});

describe('test binaries that others touched', () => {
  const marker = 'ran.txt';
  const NO_REUSE = { NX_CARGO_TEST_REUSE: 'off' };

  beforeAll(() => {
    workspace.writeCrate('kept', {
      files: {
        'src/lib.rs': `pub fn one(n: u64) -> u64 {\n    n + 100\n}\n${moduleOf('one', 'assert!(super::one(1) >= 100);')}${moduleOf('two')}`,
      },
    });
    workspace.commit('a crate');
    workspace.nxOk(['run', 'kept:test']);
  });

  it('a missing one is built again for the module that has to run', () => {
    workspace.delete('kept/target/debug');
    const { executed } = workspace.nxOk(['run', 'kept:test-one', '--', '--nocapture'], NO_REUSE);
    expect(executed).toEqual(['kept/one::holds']);
  });

  it('one with another content never runs', () => {
    for (const binary of binaries()) {
      workspace.write(binary, `#!/bin/sh\necho > ${join(workspace.folder, marker)}\n`);
      chmodSync(join(workspace.folder, binary), 0o755);
    }
    const { executed } = workspace.nxOk(['run', 'kept:test-two', '--', '--nocapture'], NO_REUSE);
    expect(executed).toEqual(['kept/two::holds']);
    expect(existsSync(join(workspace.folder, marker))).toBe(false);
  });

  it('cargo test in between leaves the fingerprints as precise as they were', () => {
    workspace.replace('kept/src/lib.rs', 'pub fn one', '// A comment.\npub fn one');
    workspace.cargo('kept', 'test');
    expect(workspace.nxOk(['run', 'kept:test']).executed).toEqual([]);
    workspace.replace('kept/src/lib.rs', 'n + 100', 'n + 101');
    workspace.cargo('kept', 'test');
    expect(workspace.nxOk(['run', 'kept:test']).executed).toEqual(['kept/one::holds']);
    workspace.replace('kept/src/lib.rs', 'n + 101', 'n + 11');
    workspace.cargo('kept', 'test', '--no-run');
    const { status, executed } = workspace.nx(['run', 'kept:test']);
    expect([status === 0, executed]).toEqual([false, ['kept/one::holds']]);
    workspace.replace('kept/src/lib.rs', 'n + 11', 'n + 101');
  });

  function binaries(): string[] {
    const folder = 'kept/target/debug/deps';
    return readdirSync(join(workspace.folder, folder))
      .filter((name) => /^kept-[0-9a-f]{16}(\.[0-9a-f]{16})?$/.test(name))
      .map((name) => `${folder}/${name}`);
  }
});

describe('another checkout', () => {
  it('finds every module in the cache, even if it has to build', () => {
    workspace.writeCrate('shared/support', {
      files: { 'src/lib.rs': 'pub fn two() -> Option<u64> {\n    Some(2)\n}\n' },
    });
    workspace.writeCrate('moved', {
      manifest: '[dependencies]\nsupport = { path = "../shared/support" }\n',
      files: {
        'src/lib.rs': `${moduleOf('one', 'assert_eq!(support::two().expect("there is one"), 2);')}${moduleOf('two', 'assert!(file!().ends_with("lib.rs"));')}`,
        'tests/whole.rs': '#[test]\nfn holds() {\n    assert_eq!(support::two(), Some(2));\n}\n',
      },
    });
    workspace.commit('a crate with a path dependency');
    const all = ['moved/one::holds', 'moved/two::holds', 'whole/holds'];
    expect(workspace.nxOk(['run', 'moved:test']).executed).toEqual(all);
    const other = workspace.clone();
    const untouched = other.nxOk(['run', 'moved:test']);
    expect(untouched.executed).toEqual([]);
    expect(untouched.output).toMatch(/Cache:\s+(\d+)\/\1 hit/);
    other.write('moved/src/lib.rs', `//! A comment.\n${other.read('moved/src/lib.rs')}`);
    const commented = other.nxOk(['run', 'moved:test']);
    expect(commented.executed).toEqual([]);
    expect(commented.output).not.toMatch(/Cache:\s+(\d+)\/\1 hit/);
    other.replace('moved/src/lib.rs', 'expect("there is one"), 2', 'expect("there is one"), 3');
    const broken = other.nx(['run', 'moved:test']);
    expect([broken.status === 0, broken.executed]).toEqual([false, ['moved/one::holds']]);
  });
});
