import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { repository } from './setup.mjs';

const VERSION = '0.9.0';

/** Folder of the Nx workspace with the real glommio in `glommio/`; git ignores it. */
export const workspace = join(repository, `.tmp/glommio-${VERSION}`);

/** Tests that fail on some machines, with the reason of each; see docs/evidence/glommio-0.9.0.md. */
export const expectedFailures = JSON.parse(
  readFileSync(join(repository, 'tools/glommio-expected-failures.json'), 'utf8'),
);

const environment = {
  NX_TUI: 'false',
  NX_DAEMON: 'false',
  // Of its own, so that a fresh workspace starts cold whatever ran on this machine before.
  NX_CACHE_DIRECTORY: join(workspace, '.nx/cache'),
  NX_WORKSPACE_DATA_DIRECTORY: join(workspace, '.nx/workspace-data'),
};

const nxJson = {
  analytics: false,
  plugins: [
    {
      plugin: 'nx-cargo-test',
      options: {
        environment: [
          'GLOMMIO_TEST_POLLIO_ROOTDIR',
          'GLOMMIO_TRACE',
          'RUST_BACKTRACE',
          'RUST_TEST_THREADS',
          'TMPDIR',
        ],
        // The longest test that ends at all takes 5 s alone; some hang now and then.
        warnAfterSeconds: 15,
        killAfterSeconds: 40,
        expectedFailures: { glommio: Object.keys(expectedFailures).sort() },
      },
    },
  ],
};

// Executors of one test wait for each other for ever now and then, more often when
// another test keeps the processors busy. This is cargo's own way to one at a time.
const cargoConfig = '[env]\nRUST_TEST_THREADS = "1"\n';

const projectJson = {
  targets: {
    // tests/linters.rs starts rustfmt and clippy, which read the sources themselves.
    'test-linters': {
      inputs: ['...', '{projectRoot}/**/*.rs', '{projectRoot}/Cargo.toml'],
      options: { warnAfterSeconds: 300, killAfterSeconds: 900 },
    },
  },
};

/**
 * Puts glommio from the crates registry into an Nx workspace with a git
 * repository of its own. What cargo compiled earlier stays; results do not, nor
 * edits of the crate: a demonstration may have been killed in its middle.
 *
 * @param fresh Start over, without sources or build of an earlier run.
 * @param options Further options of the plugin. Default: none.
 */
export function makeGlommioWorkspace({ fresh, options = {} }) {
  // Without Nx's cache in any case, or nothing would be left to run.
  rmSync(fresh ? workspace : join(workspace, '.nx'), { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  if (existsSync(join(workspace, '.git/refs/heads/main')))
    git('checkout', '--quiet', '--', 'glommio');
  else fetchGlommio();
  writeJson('package.json', { name: `glommio-${VERSION}`, private: true });
  const [{ plugin, options: own }] = nxJson.plugins;
  writeJson('nx.json', { ...nxJson, plugins: [{ plugin, options: { ...own, ...options } }] });
  writeFileSync(join(workspace, '.gitignore'), 'node_modules\ntarget\n.nx\n');
  if (!existsSync(join(workspace, 'node_modules'))) {
    symlinkSync(join(repository, 'node_modules'), join(workspace, 'node_modules'));
  }
  mkdirSync(join(workspace, 'glommio/.cargo'), { recursive: true });
  writeFileSync(join(workspace, 'glommio/.cargo/config.toml'), cargoConfig);
  writeJson('glommio/project.json', projectJson);
  if (!existsSync(join(workspace, '.git'))) git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  if (git('status', '--porcelain').stdout !== '')
    git('commit', '--quiet', '-m', `glommio ${VERSION} of the crates registry`);
}

/** Runs a command of Nx in the workspace, shows its output as it comes, and returns it with the exit status. */
export async function glommioNx(args) {
  console.log(`\x1b[2m$ nx ${args.join(' ')}\x1b[0m`);
  const child = spawn(
    process.execPath,
    [join(repository, 'node_modules/nx/dist/bin/nx.js'), ...args],
    {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    },
  );
  const chunks = [];
  child.stdout.on('data', (chunk) => {
    chunks.push(chunk);
    process.stdout.write(chunk);
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  return { status, output: stripVTControlCharacters(Buffer.concat(chunks).toString('utf8')) };
}

/**
 * The targets of the project that run tests, each with the files that tell what
 * was built and what came of it. Asked of Nx once.
 */
export function leaves() {
  known ??= askLeaves();
  return known;
}

let known;

function askLeaves() {
  const { stdout } = runOrThrow(
    process.execPath,
    [join(repository, 'node_modules/nx/dist/bin/nx.js'), 'show', 'project', 'glommio', '--json'],
    { env: { ...process.env, ...environment } },
  );
  return Object.entries(JSON.parse(stdout).targets)
    .filter(([, { executor }]) => executor === 'nx-cargo-test:test-module')
    .map(([target, { inputs, outputs }]) => ({
      target,
      fingerprintFile: join(
        workspace,
        inputs.find((input) => input.dependentTasksOutputFiles).dependentTasksOutputFiles,
      ),
      resultFile: join(workspace, outputs[0].replace('{workspaceRoot}/', '')),
    }));
}

/** Starts a program in the workspace and throws, with what it said, unless it ends well. */
export function runOrThrow(program, args, options = {}) {
  const end = spawnSync(program, args, {
    cwd: workspace,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (end.error) throw end.error;
  if (end.status === 0) return end;
  throw new Error(`${program} ${args.join(' ')} ended with ${end.status}\n${end.stderr ?? ''}`);
}

/** The crate's own sources by way of cargo, which checks them against the registry's digest. */
function fetchGlommio() {
  const crate = join(workspace, 'glommio');
  const fetcher = join(workspace, 'fetcher');
  rmSync(crate, { recursive: true, force: true });
  mkdirSync(join(fetcher, 'src'), { recursive: true });
  writeFileSync(join(fetcher, 'src/lib.rs'), '');
  writeFileSync(
    join(fetcher, 'Cargo.toml'),
    `[package]\nname = "fetcher"\nversion = "0.0.0"\nedition = "2021"\n\n[dependencies]\nglommio = "=${VERSION}"\n\n[workspace]\n`,
  );
  const { stdout } = runOrThrow('cargo', ['metadata', '--format-version=1', '--quiet'], {
    cwd: fetcher,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { manifest_path: manifest } = JSON.parse(stdout).packages.find(
    ({ name, version }) => name === 'glommio' && version === VERSION,
  );
  cpSync(dirname(manifest), crate, {
    recursive: true,
    filter: (path) => !path.endsWith('/.cargo-ok'),
  });
  // The registry's package comes without a lock file; newer dependencies would be another program.
  cpSync(join(repository, 'tools/glommio-cargo.lock'), join(crate, 'Cargo.lock'));
  rmSync(fetcher, { recursive: true });
}

function writeJson(file, content) {
  writeFileSync(join(workspace, file), `${JSON.stringify(content, null, 2)}\n`);
}

function git(...args) {
  const identity = ['user.name=demo', 'user.email=demo@localhost', 'commit.gpgsign=false'];
  return runOrThrow('git', [...identity.flatMap((setting) => ['-c', setting]), ...args]);
}
