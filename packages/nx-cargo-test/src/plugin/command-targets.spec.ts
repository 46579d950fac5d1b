import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTool } from './command-inputs';
import { commandTargets, type CommandTargets } from './command-targets';
import { targetMetadata } from './merged-target';
import { resolveOptions } from './plugin-options';

interface Package {
  readonly benches?: readonly string[];
  readonly tests?: readonly string[];
  readonly unseenFolders?: readonly string[];
  /** Where tests are built if they run in Lima. Default: they run natively. */
  readonly limaBuild?: 'guest' | 'host';
}

function infer(options: object = {}, each: Package = {}): CommandTargets {
  return commandTargets({
    packageName: 'a',
    packageFolder: 'crates/a',
    cargoWorkspace: 'crates',
    sourceFolders: ['crates/a'],
    targetFolders: ['crates/target'],
    unseenFolders: each.unseenFolders ?? [],
    options: resolveOptions({
      ...options,
      ...(each.limaBuild === undefined ? {} : { limaBuild: each.limaBuild }),
    }),
    ...(each.limaBuild === undefined
      ? { runner: 'native' }
      : { runner: 'lima', limaBuild: each.limaBuild }),
    benches: each.benches ?? [],
    testTargets: new Set(each.tests ?? ['test', 'test-doc', 'build-tests']),
  });
}

describe('commandTargets', () => {
  it('makes a target of each command that the package has something for', () => {
    const names = (each: Package): string[] => Object.keys(infer({}, each).targets);
    expect(names({ benches: ['speed'] })).toEqual([
      ...['build', 'lint', 'fmt', 'fmt-check', 'bench-speed', 'bench', 'doc', 'miri', 'coverage'],
      ...['all', 'ci'],
    ]);
    expect(names({ tests: [] })).toEqual([
      ...['build', 'lint', 'fmt', 'fmt-check', 'doc', 'all', 'ci'],
    ]);
  });

  it('keeps judgements of sources, and nothing that writes or measures', () => {
    const { targets } = infer({}, { benches: ['speed'] });
    const cached = Object.keys(targets).filter((name) => targets[name]!.cache);
    expect(cached).toEqual(['lint', 'fmt-check']);
    expect(targets['lint']!.inputs).toEqual([
      'cargoBuild',
      '{workspaceRoot}/crates/clippy.toml',
      '{workspaceRoot}/crates/.clippy.toml',
      '{workspaceRoot}/clippy.toml',
      '{workspaceRoot}/.clippy.toml',
      { runtime: expect.stringContaining('cargo clippy --version') },
      { externalDependencies: [] },
    ]);
  });

  it('has the inputs of the build in one place', () => {
    expect(infer().namedInputs['cargoBuild']).toContain('{workspaceRoot}/crates/a/**/*');
    expect(infer({ targets: false })).toEqual({ targets: {}, namedInputs: {} });
  });

  it('caches nothing of a package that reads what Nx does not see', () => {
    const { lint } = infer({}, { unseenFolders: ['/elsewhere'] }).targets;
    expect(lint).toMatchObject({
      cache: false,
      metadata: { description: expect.stringContaining('not cached: path dependency /elsewhere') },
    });
  });

  it('takes features of the tests, unless a target has its own', () => {
    const { targets } = infer({
      features: ['b', 'a'],
      profile: 'release',
      targets: { doc: { allFeatures: true }, lint: { profile: 'ci', args: ['--locked'] } },
    });
    const options = (name: string): unknown => targets[name]!.options;
    const own = { package: 'a', cargoWorkspace: 'crates' };
    expect(options('build')).toEqual({ ...own, command: 'build', features: ['a', 'b'] });
    expect(options('doc')).toEqual({ ...own, command: 'doc', allFeatures: true });
    expect(options('fmt')).toEqual({ ...own, command: 'fmt' });
    expect(options('lint')).toEqual({
      ...{ ...own, command: 'lint', features: ['a', 'b'] },
      ...{ profile: 'ci', args: ['--locked'] },
    });
  });

  it('joins targets by the names that they have', () => {
    const options: { sets: object; targets: Record<string, unknown> } = {
      sets: { core: ['x'] },
      targets: { lint: { name: 'clippy' }, 'fmt-check': false, all: { tests: 'core' } },
    };
    const members = (name: string, tests: readonly string[]): unknown => {
      const target = infer(options, { tests }).targets[name]!;
      expect(targetMetadata(target)?.requires.dependsOn).toEqual(target.dependsOn);
      return target.dependsOn;
    };
    expect(members('all', ['test', 'test-core'])).toEqual(['clippy', 'test-core']);
    expect(members('all', ['test'])).toEqual(['clippy', 'test']);
    expect(members('ci', ['test', 'test-doc'])).toEqual([
      ...['clippy', 'build', 'test', 'test-doc', 'doc'],
    ]);
    expect(members('ci', [])).toEqual(['clippy', 'build', 'doc']);
    options.targets['test-doc'] = { name: 'doctest' };
    expect(members('ci', ['test', 'doctest'])).toEqual([
      ...['clippy', 'build', 'test', 'doctest', 'doc'],
    ]);
  });
});

describe('commandTargets where tests run in Lima', () => {
  const options = { limaInstance: 'rust', limaSources: 'copy', buildEnvironment: ['COMMIT'] };

  it('has what compiles run where tests are compiled', () => {
    const { targets } = infer(options, { benches: ['speed'], limaBuild: 'guest' });
    const guest = {
      ...{ limaBuild: 'guest', limaInstance: 'rust', limaSources: 'copy', limaStart: false },
      buildEnvironment: ['COMMIT'],
    };
    for (const name of ['build', 'lint', 'bench', 'bench-speed', 'doc', 'miri', 'coverage'])
      expect(targets[name]!.options).toMatchObject(guest);
    expect(targets['fmt-check']!.options).toEqual({
      ...{ command: 'fmt-check', package: 'a', cargoWorkspace: 'crates' },
    });
    expect(targets['bench']!.options).toMatchObject({
      limaEnvironment: expect.arrayContaining(['RUST_LOG']),
    });
    expect(targets['build']!.options).not.toHaveProperty('limaEnvironment');
    const onHost = infer(options, { limaBuild: 'host' }).targets;
    expect(onHost['lint']!.options).toMatchObject({ limaBuild: 'host' });
    expect(onHost['lint']!.options).not.toHaveProperty('limaInstance');
  });

  it('keeps a verdict of clippy for the guest that gave it, and one of rustfmt for any', () => {
    const asked = ({ inputs = [] }: { inputs?: readonly unknown[] }): string =>
      JSON.stringify(inputs.filter((input) => typeof input === 'object'));
    const { targets, namedInputs } = infer(options, { limaBuild: 'guest' });
    expect(asked(targets['lint']!)).toContain('limactl shell');
    expect(asked(targets['lint']!)).not.toContain('cargo clippy');
    expect(asked({ inputs: namedInputs['cargoBuild']! })).toContain('limactl shell');
    expect(targets['fmt-check']!.inputs).not.toContain('cargoBuild');
    expect(asked(targets['fmt-check']!)).not.toContain('limactl');
    expect(infer(options, { limaBuild: 'host' }).targets['fmt-check']!.inputs).toContain(
      'cargoBuild',
    );
  });
});

describe('describeTool', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'describe-tool-'));
    mkdirSync(join(root, "it's/a"), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const describe = (toolchain?: string): string =>
    describeTool({ command: 'lint', cargoWorkspace: "it's", packageFolder: "it's/a", toolchain });
  // cargo tells how it was called, and from where.
  const run = (command: string): string =>
    execFileSync(
      'sh',
      [
        '-c',
        `cargo() { echo "cargo in \${PWD##*/}: $*"; }; rustc() { echo "rustc $*"; }; ${command}`,
      ],
      {
        cwd: root,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: root },
      },
    );

  it('shows the version of the tool and its configuration, without a path', () => {
    writeFileSync(join(root, "it's/.clippy.toml"), 'msrv = "1.70"\n');
    const shown = run(describe());
    expect(shown).toBe('cargo in it\'s: clippy --version\n== 1 .clippy.toml\nmsrv = "1.70"\n');
  });

  it('shows the toolchain that is chosen', () => {
    expect(run(describe('nightly'))).toContain("rustc +nightly -vV\ncargo in it's: +nightly -V\n");
  });
});
