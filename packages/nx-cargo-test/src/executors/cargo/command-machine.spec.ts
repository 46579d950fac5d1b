import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LimaGuest } from '../../lima/lima-guest';
import { localGuest } from '../../lima/test-support/local-guest';
import { guestMachine } from './command-machine';
import { forwardedVariables } from './forwarded-variables';
import { parseCargoOptions } from './options';
import { runCommand } from './run-command';

// cargo tells how it was called and what of the environment it got, and ends as it is told.
const CARGO = `#!/bin/sh
case $1 in metadata) cat "$HOME/metadata.json"; exit ;; esac
printf '<%s>\\n' "$@"
env | grep -E '^(CARGO_TERM_|NO_COLOR|RUSTFLAGS|COMMIT|LOG|MIRIFLAGS|OTHER|CARGO_TARGET_DIR)' | sort
echo 'of cargo' >&2
if [ -f "$HOME/end" ]; then . "$HOME/end"; fi
`;

let root: string;
let guest: LimaGuest;
let output: { stdout: string; stderr: string };

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'command machine ')));
  write('bin/cargo', CARGO);
  chmodSync(join(root, 'bin/cargo'), 0o755);
  write('ws/a/Cargo.toml', '');
  write('ws/a/src/lib.rs', '');
  const manifest = join(root, 'ws/a/Cargo.toml');
  const target = { name: 'a', kind: ['lib'], src_path: join(root, 'ws/a/src/lib.rs') };
  const own = { name: 'a', id: 'a', manifest_path: manifest, dependencies: [] };
  write(
    'home/metadata.json',
    JSON.stringify({
      packages: [
        {
          ...{ ...own, version: '0.1.0', edition: '2021', features: {} },
          targets: [
            { ...target, crate_types: ['lib'], test: true, doctest: true },
            { ...target, name: 'speed', kind: ['bench'] },
          ],
        },
      ],
      ...{ workspace_members: ['a'], workspace_root: join(root, 'ws/a') },
      target_directory: join(root, 'target'),
    }),
  );
  guest = localGuest({
    PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: join(root, 'home'),
    TMPDIR: root,
  });
});
afterEach(async () => {
  await guest.session.close();
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function run(options: object, environment: object = {}): Promise<void> {
  output = { stdout: '', stderr: '' };
  const parsed = parseCargoOptions({
    ...{ command: 'build', package: 'a', cargoWorkspace: 'a', limaSources: 'copy' },
    ...options,
  });
  const given = { ...environment };
  const workspaceRoot = join(root, 'ws');
  const forwarded = forwardedVariables(parsed, workspaceRoot, given);
  await runCommand({
    machine: guestMachine({ workspaceRoot, options: parsed, environment: given }, guest, forwarded),
    ...{ packageFolder: 'a', task: 'a:build', options: parsed, verbose: false },
    onOutput: (stream, text) => void (output[stream] += text),
    openCheck: () => Promise.resolve(undefined),
  });
}

test('words reach cargo in the guest as they are, and its output comes back', async () => {
  const args = ['--config', `a='b c' "$HOME" \\ *`, '--', '; exit 3', ''];
  await run({ args });
  expect(output.stdout).toContain(
    args
      .filter((word) => word !== '--')
      .map((word) => `<${word}>\n`)
      .join('')
      .replace('<; exit 3>', '<-->\n<; exit 3>'),
  );
  expect(output.stderr).toBe('of cargo\n');
});

test('of our environment cargo gets what is for it, and what the command asks for', async () => {
  const environment = {
    ...{
      FORCE_COLOR: 'true',
      RUSTFLAGS: '-g',
      COMMIT: '1',
      LOG: 'x',
      MIRIFLAGS: '-Zm',
      OTHER: 'y',
    },
  };
  const options = { buildEnvironment: ['COMMIT'], limaEnvironment: ['LOG'] };
  const got = (): string[] => output.stdout.match(/^[A-Z_]+=(?!\/).*$/gm) ?? [];
  await run(options, environment);
  expect(got()).toEqual(['CARGO_TERM_COLOR=always', 'COMMIT=1', 'RUSTFLAGS=-g']);
  expect(output.stdout).toMatch(/^CARGO_TARGET_DIR=.*\/home\/\.cache\/nx-cargo-test\/target\//m);
  await run({ ...options, command: 'bench' }, environment);
  expect(got()).toEqual(['CARGO_TERM_COLOR=always', 'COMMIT=1', 'LOG=x', 'RUSTFLAGS=-g']);
  await run({ ...options, command: 'miri' }, { ...environment, NO_COLOR: '1', FORCE_COLOR: '' });
  expect(got()).toEqual(['COMMIT=1', 'LOG=x', 'MIRIFLAGS=-Zm', 'NO_COLOR=1', 'RUSTFLAGS=-g']);
});

test.each([
  ['exit 101', 'COMMAND_FAILED', 'a:build: cargo build ended with exit code 101'],
  // What limactl itself makes of any signal, and of a guest that is lost.
  ['exit 255', 'COMMAND_FAILED', 'exit code 255'],
  ['kill -s KILL $$', 'COMMAND_FAILED', 'SIGKILL'],
])('%s is told as it was', async (end, code, words) => {
  write('home/end', `${end}\n`);
  await expect(run({})).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  expect(output.stderr).toBe('of cargo\n');
});

test('a guest without a tool is told by its name', async () => {
  write('home/end', 'exit 1\n');
  await expect(run({ command: 'coverage' })).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message:
      'cargo llvm-cov is not installed; install it in the Lima instance guest with `cargo install cargo-llvm-cov`',
  });
});

test('a configuration of clippy that the guest does not see is refused', async () => {
  const environment = { CLIPPY_CONF_DIR: '/etc/clippy' };
  await expect(run({ command: 'lint' }, environment)).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
  });
});

test('what runs in the guest ends when its shell does', async () => {
  write('home/end', `echo $$ >"$HOME/running"; exec sleep 600\n`);
  const running = run({}).catch((error: unknown) => error);
  while (output.stderr === '') await new Promise((resolve) => setTimeout(resolve, 10));
  await guest.session.close();
  expect(await running).toMatchObject({ code: 'GUEST_UNUSABLE' });
});
