import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from './run-or-throw.mjs';

const PROGRAMS = ['cargo', 'rustc', 'rustdoc', 'cargo-clippy', 'clippy-driver'];

/** What `installToolchain` would install: folder of the toolchain, and all that names its version. */
export function hostToolchain() {
  const sysroot = runOrThrow('rustc', ['--print', 'sysroot']).trim();
  const version = runOrThrow('rustc', ['--version', '--verbose']);
  const programs = PROGRAMS.join(' ');
  return { sysroot, version: `${version}\n${programs}`, triple: /^host: (.*)$/m.exec(version)[1] };
}

/**
 * Copies this machine's Rust toolchain to `/usr/local` of the root file system
 * `root`: Debian's own is too old for the crates that are built in the guest, and
 * the guest has no network. Only what builds, checks and documents crates comes along.
 */
export function installToolchain({ sysroot, triple }, root) {
  const into = join(root, 'usr/local');
  for (const name of PROGRAMS) copy(sysroot, `bin/${name}`, into);
  for (const name of readdirSync(join(sysroot, 'lib'))) {
    if (name.includes('.so')) copy(sysroot, `lib/${name}`, into);
  }
  // Libraries, and the linker that rustc brings along.
  copy(sysroot, `lib/rustlib/${triple}`, into);
}

function copy(from, path, into) {
  mkdirSync(join(into, path, '..'), { recursive: true });
  cpSync(join(from, path), join(into, path), { recursive: true });
}
