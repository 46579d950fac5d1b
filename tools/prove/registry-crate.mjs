// The sources of a crate of the registry, as cargo unpacks them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder of a published crate's sources, which cargo fetches if it has not yet. It is cargo's
 * own: copy it, don't write to it.
 *
 * @param scratch A folder in which `fetch` may be made.
 * @throws When cargo cannot fetch the crate.
 */
export function registryCrate(scratch, name, version) {
  return unpacked(name, version) ?? fetched(join(scratch, 'fetch'), name, version);
}

function unpacked(name, version) {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src');
  if (!existsSync(sources)) return undefined;
  return readdirSync(sources)
    .map((registry) => join(sources, registry, `${name}-${version}`))
    .find((folder) => existsSync(join(folder, 'Cargo.toml')));
}

/** Has cargo fetch a crate, as a dependency of one that is empty. */
function fetched(folder, name, version) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'src/lib.rs'), '');
  const manifest = `[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n\n[dependencies]\n${name} = "=${version}"\n`;
  writeFileSync(join(folder, 'Cargo.toml'), manifest);
  const { status, stderr, error } = spawnSync('cargo', ['fetch', '--quiet'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`cargo fetch of ${name} ${version}: status ${status}\n${stderr.slice(-4000)}`);
  const source = unpacked(name, version);
  if (source === undefined) throw new Error(`cargo fetched ${name} ${version} to an unknown place`);
  return source;
}
