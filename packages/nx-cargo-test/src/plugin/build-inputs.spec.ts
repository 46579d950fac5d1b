import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildInputs, describeToolchain, hasGlobCharacters, workspacePath } from './build-inputs';

const request = {
  cargoWorkspace: 'rust',
  packageFolder: 'rust/a',
  sourceFolders: ['lib/b', 'rust/a', 'rust/a/inner'],
  targetFolders: ['rust/target', 'lib/b/target'],
  buildEnvironment: [],
};

describe('buildInputs', () => {
  it('names sources, root files, and configuration above the package up to the root', () => {
    const files = buildInputs(request).filter((input) => typeof input === 'string');
    expect(files).toEqual([
      '{workspaceRoot}/lib/b/**/*',
      '{workspaceRoot}/rust/a/**/*',
      '!{workspaceRoot}/lib/b/target/**/*',
      '{workspaceRoot}/rust/Cargo.toml',
      '{workspaceRoot}/rust/Cargo.lock',
      ...['', 'rust/']
        .flatMap((folder) =>
          ['.cargo/config', '.cargo/config.toml', 'rust-toolchain', 'rust-toolchain.toml'].map(
            (name) => `{workspaceRoot}/${folder}${name}`,
          ),
        )
        .sort(),
    ]);
  });

  it('covers all of a crate at the root but its target folder', () => {
    const root = {
      ...request,
      cargoWorkspace: '.',
      packageFolder: '.',
      sourceFolders: ['.', 'b'],
      targetFolders: ['target'],
    };
    expect(buildInputs(root).slice(0, 4)).toEqual([
      '{workspaceRoot}/**/*',
      '!{workspaceRoot}/target/**/*',
      '{workspaceRoot}/Cargo.toml',
      '{workspaceRoot}/Cargo.lock',
    ]);
  });

  it('never leaves a package out because it lies in a target folder', () => {
    const odd = { ...request, sourceFolders: ['rust/target/gen'], targetFolders: ['rust/target'] };
    expect(
      buildInputs(odd).filter((input) => typeof input === 'string' && input.startsWith('!')),
    ).toEqual([]);
  });
});

describe('describeToolchain', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'toolchain-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A Cargo workspace named like a hostile folder, in an Nx workspace below `place`. */
  function print(
    place: string,
    files: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ): string {
    const cargoWorkspace = "it's $HOME";
    const root = join(folder, place);
    mkdirSync(join(root, cargoWorkspace), { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return execFileSync('sh', ['-c', describeToolchain(cargoWorkspace, [])], {
      cwd: root,
      env: { PATH: '/usr/bin:/bin', HOME: join(folder, 'home'), ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  it('prints the same in two checkouts and no path of theirs', () => {
    const files = { "it's $HOME/Cargo.lock": 'locked', '.cargo/config.toml': 'configured' };
    const first = print('one', files);
    expect(print('another', files)).toBe(first);
    expect(first).not.toContain(folder);
    expect(first).toContain('locked');
    expect(first).toContain('configured');
  });

  it.each([
    ['the lock', "one/it's $HOME/Cargo.lock"],
    ['configuration in the Nx workspace', 'one/.cargo/config'],
    ['configuration above the Nx workspace', '.cargo/config.toml'],
    ["configuration in cargo's home", 'home/.cargo/config.toml'],
    ['a toolchain above', 'rust-toolchain'],
  ])('changes with %s', (_, file) => {
    const before = print('one', {});
    const target = join(folder, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, 'x');
    const after = print('one', {});
    expect(after).not.toBe(before);
    writeFileSync(target, 'y');
    expect(print('one', {})).not.toBe(after);
  });

  it('changes with where a link to a folder leads', () => {
    const files = { "it's $HOME/v1/a": '', "it's $HOME/v2/a": '' };
    print('one', files);
    const link = join(folder, "one/it's $HOME/current");
    symlinkSync('v1', link);
    for (const args of [
      ['init', '--quiet'],
      ['add', '.'],
    ])
      execFileSync('git', args, { cwd: join(folder, 'one') });
    const before = print('one', files);
    expect(before).toContain('link current v1\n');
    rmSync(link);
    symlinkSync('v2', link);
    expect(print('one', files)).not.toBe(before);
  });

  it('changes with the environment that counts, and with no other', () => {
    const before = print('one', {});
    expect(print('one', {}, { RUSTFLAGS: '-g' })).not.toBe(before);
    expect(print('one', {}, { CARGO_TERM_COLOR: 'always' })).toBe(before);
  });
});

it.each([
  ['.', '**/*', '{workspaceRoot}/**/*'],
  ['.', '', '{workspaceRoot}'],
  ['a/b', '', '{workspaceRoot}/a/b'],
])('workspacePath(%p, %p)', (folder, rest, path) => expect(workspacePath(folder, rest)).toBe(path));

it.each(['a[b]', 'a{b', 'a*', 'a(b)', '!a', 'a?'])('%s could be a pattern', (path) => {
  expect(hasGlobCharacters(path)).toBe(true);
});
