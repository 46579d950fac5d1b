import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolderOf } from './ordinary-user.mjs';
import { runOrThrow } from './run-or-throw.mjs';
import { INSTANCE, runLimactl } from './vm.mjs';

/**
 * Gives the guest's cargo the crates that a Cargo.lock names, from what this
 * machine's cargo has downloaded, and tells it not to look for a network.
 */
export function giveCrates(lima, lockFile) {
  const registry = join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'registry');
  const wanted = new Set(
    [...readFileSync(lockFile, 'utf8').matchAll(/^name = "(.*)"\nversion = "(.*)"$/gm)].map(
      ([, name, version]) => `${name}-${version}.crate`,
    ),
  );
  const crates = readdirSync(join(registry, 'cache')).flatMap((source) =>
    readdirSync(join(registry, 'cache', source))
      .filter((name) => wanted.has(name))
      .map((name) => `cache/${source}/${name}`),
  );
  const scratch = mkdtempSync(join(tmpdir(), 'guest-crates-'));
  const archive = join(scratch, 'crates.tar');
  makeFolderOf(lima.user, scratch);
  try {
    runOrThrow('tar', ['-cf', archive, '-C', registry, 'index', ...crates]);
    runOrThrow('chmod', ['a+r', archive]);
    call(lima, ['copy', archive, `${INSTANCE}:/tmp/crates.tar`]);
    const script =
      'mkdir -p ~/.cargo/registry && tar -xf /tmp/crates.tar -C ~/.cargo/registry && rm /tmp/crates.tar' +
      ' && printf "[net]\\noffline = true\\n" >~/.cargo/config.toml';
    call(lima, ['shell', '--workdir', '/', INSTANCE, 'sh', '-c', script]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function call(lima, args) {
  const { status, stderr } = runLimactl(lima, args);
  if (status !== 0) throw new Error(`limactl ${args[0]} ended with ${status}:\n${stderr}`);
}
