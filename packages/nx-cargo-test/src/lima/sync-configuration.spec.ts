import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { syncConfiguration } from './sync-configuration';
import { localGuest } from './test-support/local-guest';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sync configuration '));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Syncs with a guest that sees the same paths, so that only what it does not see as it is here is copied. */
async function sync(workspaceRoot: string): Promise<string[]> {
  const guest = localGuest({
    PATH: `${root}/bin:${process.env['PATH'] ?? ''}`,
    HOME: root,
    TMPDIR: root,
  });
  const copied: string[] = [];
  const copy = (file: string, guestPath: string): Promise<void> => {
    copied.push(file.slice(root.length + 1));
    cpSync(file, guestPath);
    return Promise.resolve();
  };
  const shell = await guest.session.shell();
  try {
    const edges = { ...guest.sync, copy };
    await syncConfiguration(join(root, 'nx/rust/ws'), workspaceRoot, shell, edges);
  } finally {
    await guest.session.close();
  }
  return copied;
}

/** Lets the guest read another content. */
function othersInGuest(): void {
  write(
    'bin/sha256sum',
    `#!/bin/sh\nshift\nfor file; do [ ! -f "$file" ] || echo "${'0'.repeat(64)}  $file"; done\n`,
  );
  chmodSync(join(root, 'bin/sha256sum'), 0o755);
}

test('what lies above the Cargo workspace comes along, up to the Nx workspace', async () => {
  write('rust-toolchain.toml', 'outside');
  write('nx/rust-toolchain.toml', 'of the Nx workspace');
  write('nx/rust/.cargo/config.toml', 'between');
  write('nx/rust/.clippy.toml', 'for clippy');
  write('nx/rust/ws/.cargo/config.toml', 'of the Cargo workspace');
  expect(await sync(join(root, 'nx'))).toEqual([]);
  othersInGuest();
  expect(await sync(join(root, 'nx'))).toEqual([
    'nx/rust/.cargo/config.toml',
    'nx/rust/.clippy.toml',
    'nx/rust-toolchain.toml',
  ]);
  expect(readFileSync(join(root, 'nx/rust-toolchain.toml'), 'utf8')).toBe('of the Nx workspace');
  expect(existsSync(join(root, 'rust-toolchain.toml'))).toBe(true);
});
