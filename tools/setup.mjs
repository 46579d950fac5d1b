import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the repository. */
export const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const MINIMUM_NODE = [20, 19];

/**
 * Makes a fresh clone ready: installs the npm packages that the lock file names
 * and compiles the plugin, each only when missing or out of date. What a script
 * cannot install it names, and exits with status 1.
 */
export function setUp() {
  const missing = [
    ...missingNode(),
    ...missingTool('cargo', ['--version'], 'Rust: https://rustup.rs'),
    ...missingTool(
      'cc',
      ['--version'],
      'a C compiler and linker, for example the package build-essential',
    ),
    ...missingTool('git', ['--version'], 'git'),
  ];
  if (missing.length > 0) {
    console.error(
      `This needs, and cannot install by itself:\n${missing.map((line) => `  - ${line}`).join('\n')}`,
    );
    process.exit(1);
  }
  if (
    isStale(
      join(repository, 'node_modules/.package-lock.json'),
      join(repository, 'package-lock.json'),
    )
  ) {
    // Not `npm ci`: it insists on lock entries for optional packages of other
    // platforms, which a registry without them leaves out of the lock file.
    runOrExit('npm', ['install', '--no-audit', '--no-fund', '--no-save', '--loglevel=error']);
  }
  runOrExit('npm', ['run', '--silent', 'build']);
}

/** Runs a program with the terminal as its own and returns its exit status. */
export function run(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, {
    cwd: repository,
    stdio: 'inherit',
    ...options,
  });
  if (error) throw error;
  return signal === null ? status : 1;
}

function runOrExit(program, args) {
  const status = run(program, args);
  if (status !== 0) {
    console.error(`${program} ${args.join(' ')} failed with status ${status}`);
    process.exit(status);
  }
}

function missingNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isEnough =
    major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
  return isEnough
    ? []
    : [`Node.js ${MINIMUM_NODE.join('.')} or later (this is ${process.versions.node})`];
}

function missingTool(program, args, advice) {
  const { status } = spawnSync(program, args, { cwd: repository, stdio: 'ignore' });
  return status === 0 ? [] : [`${program} (${advice})`];
}

function isStale(made, source) {
  return !existsSync(made) || statSync(made).mtimeMs < statSync(source).mtimeMs;
}
