import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { guestToolchainCommand } from './guest-toolchain-command';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-tools-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What Nx would hash when the instance has a status, and its shell does something. */
function hashed(status: string, shell: string, declared: readonly string[] = []): string {
  const limactl = join(folder, 'limactl');
  writeFileSync(
    limactl,
    `#!/bin/sh\ncase $1 in list) echo ${status} ;; shell) shift 4; ${shell} ;; esac\n`,
  );
  chmodSync(limactl, 0o755);
  return execFileSync('sh', ['-c', guestToolchainCommand('rust', declared)], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder },
  });
}

/** A guest whose rustc is of a version. */
function withRustc(version: string): string {
  const home = join(folder, 'guest', version);
  execFileSync('mkdir', ['-p', join(home, '.cargo/bin')]);
  const rustc = join(home, '.cargo/bin/rustc');
  writeFileSync(rustc, `#!/bin/sh\necho rustc ${version}\n`);
  chmodSync(rustc, 0o755);
  const driver = join(home, '.rustup/toolchains/stable/bin/clippy-driver');
  execFileSync('mkdir', ['-p', dirname(driver)]);
  writeFileSync(driver, `#!/bin/sh\necho clippy of ${version}\n`);
  chmodSync(driver, 0o755);
  return `exec env -i HOME=${home} PATH=/usr/bin:/bin CFLAGS=-O2 "$@"`;
}

test('a guest tells its tools, its environment and what is declared', () => {
  const text = hashed('Running', withRustc('1.90.0'));
  expect(text).toContain('rustc 1.90.0\n');
  expect(text).toContain('clippy of 1.90.0\n');
  expect(text).toContain('CFLAGS=-O2\n');
  expect(text).not.toContain('HOME=');
});

test('a stopped guest is what it was when it was last seen', () => {
  const running = hashed('Running', withRustc('1.90.0'));
  expect(hashed('Stopped', 'exit 1')).toBe(running);
  const updated = hashed('Running', withRustc('1.91.0'));
  expect(updated).not.toBe(running);
  expect(hashed('Stopped', 'exit 1')).toBe(updated);
});

test.each([
  ['that was never seen', 'Stopped', 'the guest was never seen'],
  ['that does not answer', 'Running', 'the guest does not tell its tools'],
])('a guest %s is like no other', (_, status, why) => {
  const text = hashed(status, 'exit 255');
  expect(text).toContain(why);
  // The time follows.
  expect(text.split('\n').filter((line) => line !== '')).toHaveLength(2);
});

test('a guest that stops to answer is not what it was', () => {
  const running = hashed('Running', withRustc('1.90.0'));
  expect(hashed('Running', 'exit 255')).not.toBe(running);
});

test('nothing is left beside what is kept', () => {
  hashed('Running', withRustc('1.90.0'));
  const kept = join(folder, '.cache/nx-cargo-test/lima-tools');
  expect(execFileSync('ls', [kept], { encoding: 'utf8' })).toBe('rust\n');
  expect(existsSync(join(kept, 'rust'))).toBe(true);
});
