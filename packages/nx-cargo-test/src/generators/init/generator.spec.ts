import { parseJson, type Tree } from '@nx/devkit';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FsTree } from 'nx/src/generators/tree';
import { emptyTree, listen } from '../test-support/empty-tree';
import initGenerator from './generator';

let tree: Tree;

beforeEach(() => {
  tree = emptyTree();
});

async function init(options: object = {}): Promise<string> {
  const { say, said } = listen();
  await initGenerator(tree, options, say);
  return said();
}

function writePackage(folder: string, name: string): void {
  tree.write(`${folder}/Cargo.toml`, `[package]\nname = "${name}"\nversion = "0.1.0"\n`);
}

function snapshot(): Record<string, string> {
  return Object.fromEntries(
    tree.listChanges().map(({ path, content }) => [path, String(content)] as const),
  );
}

const nxJson = (): unknown => parseJson(tree.read('nx.json', 'utf-8') ?? '');

describe('the plugin in nx.json', () => {
  it('is added behind what is there, and all else stays', async () => {
    const text = '{\n    // ours\n    "plugins": ["@nx/vite"],\n    "parallel": 2\n}\n';
    tree.write('nx.json', text);
    await init();
    expect(tree.read('nx.json', 'utf-8')).toBe(
      text.replace('"@nx/vite"', '"@nx/vite", "nx-cargo-test"'),
    );
  });

  it.each([
    ['by name', ['nx-cargo-test']],
    ['with options', [{ plugin: 'nx-cargo-test', options: { profile: 'release' } }]],
    ['for some files', [{ plugin: 'nx-cargo-test', include: ['crates/**'] }]],
  ])('is not added again where it is named %s', async (_, plugins) => {
    const text = JSON.stringify({ plugins });
    tree.write('nx.json', text);
    await init();
    expect(tree.read('nx.json', 'utf-8')).toBe(text);
  });

  it('keeps the plugins of the file that nx.json extends', async () => {
    tree.write('nx.json', '{ "extends": "nx/presets/npm.json" }');
    await init();
    expect(nxJson()).toEqual({ extends: 'nx/presets/npm.json', plugins: ['nx-cargo-test'] });
  });

  it('makes nx.json if there is none', async () => {
    tree.delete('nx.json');
    await init();
    expect(tree.read('nx.json', 'utf-8')).toBe('{\n  "plugins": ["nx-cargo-test"]\n}\n');
  });
});

it('changes nothing when it runs again', async () => {
  writePackage('crates/a', 'a');
  await init({ mendTargetDefaults: true });
  const first = snapshot();
  await init({ mendTargetDefaults: true });
  expect(snapshot()).toEqual(first);
});

it('refuses an option that it does not have, with the nearest', async () => {
  await expect(init({ mendTargetDefault: true })).rejects.toThrow(
    /^INVALID_OPTIONS: options of the generator nx-cargo-test:init: mendTargetDefault: .*did you mean mendTargetDefaults\?/,
  );
});

describe('.gitignore', () => {
  const ignored = (): string | null => tree.read('.gitignore', 'utf-8');

  it('gets one line for all crates', async () => {
    writePackage('a', 'a');
    writePackage('b', 'b');
    await init();
    expect(ignored()).toBe('node_modules\ntarget/\n');
  });

  it('gets a line for each Cargo workspace where other folders are called target', async () => {
    tree.write('Cargo.toml', '[workspace]\nmembers = ["crates/*"]\n');
    writePackage('crates/a', 'a');
    writePackage('tools/b', 'b');
    tree.write('tools/b/Cargo.toml', '[package]\nname = "b"\n[workspace]\n');
    tree.write('apps/web/src/target/index.ts', 'export {};');
    await init();
    expect(ignored()).toBe('node_modules\n/target/\n/tools/b/target/\n');
  });

  it.each(['target', 'target/', '**/target', '/crates/*/target/', 'crates/**/target'])(
    'is left alone when it says %s',
    async (line) => {
      writePackage('crates/a', 'a');
      tree.write('.gitignore', `${line}\n`);
      await init();
      expect(ignored()).toBe(`${line}\n`);
    },
  );

  it("is left alone when the crate's own says it, and keeps its line ends", async () => {
    writePackage('crates/a', 'a');
    tree.write('crates/a/.gitignore', '/target\n');
    tree.write('.gitignore', 'dist\r\n.nx');
    await init();
    expect(ignored()).toBe('dist\r\n.nx');
    writePackage('crates/b', 'b');
    await init();
    expect(ignored()).toBe('dist\r\n.nx\r\ntarget/\r\n');
  });
});

describe('targetDefaults', () => {
  const defaults = {
    test: { dependsOn: ['^build'], cache: true },
    'test-doc': { inputs: ['default'] },
    build: { dependsOn: ['^build'] },
  };

  beforeEach(() => tree.write('nx.json', JSON.stringify({ targetDefaults: defaults })));

  it('that would replace inferred lists are named, with the command that mends them', async () => {
    const text = await init();
    expect(text).toContain('test has dependsOn without "..."');
    expect(text).toContain('test-doc has inputs without "..."');
    expect(text).toContain('nx g nx-cargo-test:init --mendTargetDefaults');
    expect(text).not.toContain('build has');
  });

  it('are mended so that those of other projects stay as they are', async () => {
    await init({ mendTargetDefaults: true });
    expect(nxJson()).toMatchObject({
      targetDefaults: {
        ...defaults,
        'test-doc': { inputs: ['...', 'default'] },
        'nx-cargo-test:group': {},
      },
    });
    expect(await init()).not.toContain('targetDefaults');
  });

  it('in lists of entries are found and mended, too', async () => {
    const entries = [{ filter: { projects: 'a' } }, { inputs: ['default'] }];
    tree.write('nx.json', JSON.stringify({ targetDefaults: { 'build-tests': entries } }));
    await init({ mendTargetDefaults: true });
    expect(nxJson()).toMatchObject({
      targetDefaults: { 'build-tests': [entries[0], { inputs: ['...', 'default'] }] },
    });
  });

  it('of the file that nx.json extends are kept when they are mended', async () => {
    // Nx resolves the file as node does, so it must be on disk.
    const folder = mkdtempSync(join(tmpdir(), 'nx-cargo-test-init-'));
    try {
      writeFileSync(join(folder, 'base.json'), JSON.stringify({ targetDefaults: defaults }));
      writeFileSync(join(folder, 'nx.json'), '{ "extends": "./base.json" }');
      tree = new FsTree(folder, false);
      await init({ mendTargetDefaults: true });
      expect(nxJson()).toMatchObject({
        extends: './base.json',
        targetDefaults: {
          ...defaults,
          'test-doc': { inputs: ['...', 'default'] },
          'nx-cargo-test:group': {},
        },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of targets that other projects have are left alone', async () => {
    const others = { 'test-ci': { inputs: ['default'] }, lint: { inputs: ['default'] } };
    tree.write('nx.json', JSON.stringify({ targetDefaults: others }));
    expect(await init()).not.toContain('targetDefaults');
  });

  it('that merge are not mentioned', async () => {
    const merging = { test: { dependsOn: ['...', '^build'] } };
    tree.write('nx.json', JSON.stringify({ targetDefaults: merging }));
    expect(await init()).not.toContain('targetDefaults');
  });
});

it('says which targets of a Makefile have one of Nx in their place', async () => {
  writePackage('.', 'glommio');
  tree.write(
    'Makefile',
    [
      'CARGO := cargo',
      'MODE ::= fast',
      '.PHONY: all test',
      'all: fmt \\',
      '  lint',
      'test-lima-safe test-arena:: build',
      '\t$(CARGO) test: all',
      'clippy:',
      '%.o: %.c',
      '# install: no',
      'install: all',
      '',
    ].join('\n'),
  );
  const text = await init();
  expect(text).toContain('make all             nx run glommio:all\n');
  expect(text).toContain('make test-lima-safe  nx run glommio:test-lima-safe\n');
  expect(text).toContain('make test-arena      nx run glommio:test-arena\n');
  expect(text).toContain('make clippy          nx run glommio:lint\n');
  expect(text).toContain('Nothing here stands for: install.');
});

it('says of a Makefile for several crates what runs in all that have it', async () => {
  writePackage('crates/a', 'a');
  writePackage('crates/b', 'b');
  tree.write('Makefile', 'test-words:\n\tcargo test words\n');
  tree.write('crates/b/Makefile', 'clippy:\n\tcargo clippy\n');
  const text = await init();
  expect(text).toContain('make test-words  nx run-many -t test-words\n');
  expect(text).toContain('make clippy  nx run b:lint\n');
});

describe('targets that hide inferred ones', () => {
  beforeEach(() => writePackage('crates/a', 'a'));

  it('of @monodon/rust: what stands for each', async () => {
    const targets = Object.fromEntries(
      ['test', 'build', 'run'].map((name) => [name, { executor: `@monodon/rust:${name}` }]),
    );
    tree.write('crates/a/project.json', JSON.stringify({ name: 'a', targets }));
    const text = await init();
    expect(text).toContain('test (@monodon/rust:test): the inferred target test');
    expect(text).toContain('build (@monodon/rust:build): the inferred target build');
    expect(text).toContain('run (@monodon/rust:run): `cargo run`');
  });

  it('are not there, but the plugin @monodon/rust is', async () => {
    tree.write('nx.json', JSON.stringify({ plugins: [{ plugin: '@monodon/rust' }] }));
    expect(await init()).toContain('nx.json names the plugin @monodon/rust');
  });

  it('of other executors and of scripts', async () => {
    const targets = {
      test: { executor: 'nx:run-commands' },
      'test-doc': { command: 'cargo test --doc' },
      'build-tests': { executor: 'nx-cargo-test:build-tests' },
      'test-parser': { inputs: ['...', 'default'] },
      deploy: { executor: 'nx:noop' },
    };
    tree.write('crates/a/project.json', JSON.stringify({ name: 'a', targets }));
    tree.write('crates/a/package.json', JSON.stringify({ scripts: { lint: 'x', start: 'y' } }));
    const text = await init();
    expect(text).toContain('crates/a/project.json: test (nx:run-commands)');
    expect(text).toContain('crates/a/project.json: test-doc (cargo test --doc)');
    expect(text).toContain('crates/a/package.json: script lint');
    expect(text).not.toMatch(/deploy|start|build-tests|test-parser/);
  });

  it('are not looked for where there is no crate', async () => {
    tree.write('apps/web/package.json', JSON.stringify({ scripts: { test: 'x' } }));
    expect(await init()).not.toContain('apps/web');
  });
});
