// `nx add nx-cargo-test` from a registry of our own on the loopback device: verdaccio, with
// npm's configured registry behind it. Three commands lead from a fresh Nx workspace of a
// TypeScript app with a crate beside it to a module from the cache.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cachedFolder } from './lima/cached-folder.mjs';
import { repository, setUp } from './setup.mjs';

const VERDACCIO = {
  private: true,
  dependencies: { verdaccio: '6.8.0' },
  // Verdaccio asks for it by a tag, which a registry that mirrors another may not have.
  overrides: { 'node-fetch': '2.7.0' },
};

setUp();
const home = mkdtempSync(join(tmpdir(), 'nx-cargo-test-add-'));
let failed = false;
try {
  await main();
} catch (error) {
  failed = true;
  console.error(error.message);
} finally {
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(failed ? 1 : 0);

async function main() {
  const registry = await startRegistry();
  try {
    publish(registry.url, 'packages/object-graph');
    publish(registry.url, 'packages/nx-cargo-test');
    const workspace = makeWorkspace(registry.url);
    const before = workspace.project('web');

    const added = workspace.ok('npx', 'nx', 'add', 'nx-cargo-test');
    check('nx add runs init', added.includes('added successfully'), added);
    const first = workspace.ok('npx', 'nx', 'run', 'parser:test-words');
    check('the module runs', /words: 1 passed/.test(first) && /0\/2 hit/.test(first), first);
    const second = workspace.ok('npx', 'nx', 'run', 'parser:test-words');
    check('the module comes from the cache', /2\/2 hit \(100%\)/.test(second), second);

    const nxJson = JSON.parse(workspace.read('nx.json'));
    check('nx.json names the plugin', nxJson.plugins?.includes('nx-cargo-test'), nxJson);
    const { devDependencies } = JSON.parse(workspace.read('package.json'));
    check('package.json has it', 'nx-cargo-test' in devDependencies, devDependencies);
    check('.gitignore has target/', workspace.read('.gitignore').includes('target/\n'));
    const after = workspace.project('web');
    check('the TypeScript app has the targets that it had', after === before, after);
    check('and they run', workspace.ok('npx', 'nx', 'run', 'web:typecheck') !== '');

    publish(registry.url, nextVersion());
    workspace.ok('npx', 'nx', 'migrate', 'nx-cargo-test@0.1.1', '--no-interactive');
    const migrated = JSON.parse(workspace.read('package.json')).devDependencies['nx-cargo-test'];
    check('nx migrate moves to a newer version', migrated === '0.1.1', migrated);
  } finally {
    await registry.stop();
  }
}

/** Verdaccio, installed below .tmp once, on a free port. */
async function startRegistry() {
  const folder = await cachedFolder({
    folder: join(repository, '.tmp/verdaccio'),
    inputs: VERDACCIO,
    say: console.log,
    make(partial) {
      writeFileSync(join(partial, 'package.json'), JSON.stringify(VERDACCIO));
      run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: partial });
    },
  });
  const port = await freePort();
  const uplink = run('npm', ['config', 'get', 'registry'], { cwd: home }).trim();
  const ours = { access: '$anonymous', publish: '$anonymous', unpublish: '$anonymous' };
  const configuration = {
    storage: join(home, 'storage'),
    uplinks: { npm: { url: uplink, maxage: '60m', timeout: '120s' } },
    packages: {
      '@nx-cargo-test/*': ours,
      'nx-cargo-test': ours,
      '**': { access: '$anonymous', proxy: 'npm' },
    },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'json', level: 'error' },
  };
  // JSON is YAML.
  writeFileSync(join(home, 'verdaccio.yaml'), JSON.stringify(configuration));
  const server = spawn(
    process.execPath,
    [
      join(folder, 'node_modules/verdaccio/bin/verdaccio'),
      ...['--config', join(home, 'verdaccio.yaml'), '--listen', `127.0.0.1:${port}`],
    ],
    { cwd: home, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const ended = new Promise((fulfil) => server.once('exit', fulfil));
  const url = `http://127.0.0.1:${port}/`;
  await until(() => fetch(`${url}-/ping`).then(({ ok }) => ok));
  return {
    url,
    async stop() {
      server.kill();
      await ended;
    },
  };
}

function publish(registry, folder) {
  // The registry takes anyone's word, but npm does not publish without a token.
  const userconfig = join(home, 'publish.npmrc');
  writeFileSync(userconfig, `${registry.replace('http:', '')}:_authToken=anyone\n`);
  const args = ['publish', '--ignore-scripts', '--tag=latest'];
  run('npm', [...args, `--registry=${registry}`, `--userconfig=${userconfig}`], {
    cwd: resolve(repository, folder),
  });
}

/** The plugin again, as its next version. */
function nextVersion() {
  const source = join(repository, 'packages/nx-cargo-test');
  const archive = run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', home], {
    cwd: source,
  }).trim();
  const folder = join(home, 'next');
  mkdirSync(folder);
  run('tar', ['-xzf', join(home, archive), '-C', folder, '--strip-components=1'], { cwd: home });
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version: '0.1.1' }));
  return folder;
}

function makeWorkspace(registry) {
  const folder = join(home, 'shop');
  const write = (file, content) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  };
  const nx = JSON.parse(readFileSync(join(repository, 'node_modules/nx/package.json'), 'utf8'));
  const typescript = JSON.parse(
    readFileSync(join(repository, 'node_modules/typescript/package.json'), 'utf8'),
  );
  const devDependencies = {
    nx: nx.version,
    '@nx/devkit': nx.version,
    typescript: typescript.version,
  };
  write('package.json', JSON.stringify({ name: 'shop', private: true, devDependencies }, null, 2));
  write('.npmrc', `registry=${registry}\naudit=false\nfund=false\n`);
  write('nx.json', '{\n  "analytics": false\n}\n');
  write('.gitignore', 'node_modules\n.nx\n');
  const options = { strict: true, noEmit: true, types: [] };
  write('apps/web/tsconfig.json', JSON.stringify({ compilerOptions: options }));
  write('apps/web/main.ts', 'export const total: number = 1;\n');
  const targets = {
    typecheck: { command: 'tsc -p apps/web', cache: true },
    test: { command: 'node -e ""', cache: true },
  };
  write('apps/web/project.json', JSON.stringify({ name: 'web', targets }));
  write(
    'crates/parser/Cargo.toml',
    '[package]\nname = "parser"\nversion = "0.1.0"\nedition = "2021"\n',
  );
  write(
    'crates/parser/src/lib.rs',
    '#[cfg(test)]\nmod words {\n    #[test]\n    fn holds() {}\n}\n',
  );
  const environment = {
    // What npm set for this script is not for the workspace.
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(?:npm_|NX_|CARGO_(?!HOME$))/.test(name)),
    ),
    CI: 'true',
    NX_DAEMON: 'false',
    // `nx migrate` would take the newest Nx for itself, and ask npm who built it.
    NX_USE_LOCAL: 'true',
    NX_SKIP_PROVENANCE_CHECK: 'true',
    NX_CACHE_DIRECTORY: join(home, 'nx-cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(home, 'nx-data'),
  };
  const ok = (...command) => {
    console.log(`$ ${command.join(' ')}`);
    return run(command[0], command.slice(1), { cwd: folder, env: environment });
  };
  ok('cargo', 'generate-lockfile', '--offline', '--manifest-path', 'crates/parser/Cargo.toml');
  ok('npm', 'install', '--loglevel=error');
  ok('git', 'init', '--quiet', '--initial-branch=main');
  return {
    ok,
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    /** A project's targets, as text. */
    project(name) {
      const shown = ok('npx', 'nx', 'show', 'project', name, '--json');
      return JSON.stringify(JSON.parse(shown.slice(shown.indexOf('{'))).targets);
    },
  };
}

function check(what, holds, shown) {
  if (!holds)
    throw new Error(
      `FAILED: ${what}\n${typeof shown === 'string' ? shown : JSON.stringify(shown)}`,
    );
  console.log(`  ok: ${what}`);
}

function run(program, args, options) {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

async function freePort() {
  const server = createServer();
  await new Promise((fulfil) => server.listen(0, '127.0.0.1', fulfil));
  const { port } = server.address();
  await new Promise((fulfil) => server.close(fulfil));
  return port;
}

/** Waits until something holds, for a minute. */
async function until(holds) {
  const end = Date.now() + 60_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error('verdaccio did not start within a minute');
    await new Promise((fulfil) => setTimeout(fulfil, 100));
  }
}
