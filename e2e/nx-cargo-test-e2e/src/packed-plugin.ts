import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(__dirname, '../../..');
const PACKAGES = {
  'object-graph': '@nx-cargo-test/object-graph',
  'nx-cargo-test': 'nx-cargo-test',
};

/**
 * Gives a workspace the plugin as npm would publish it: both packages are packed and
 * unpacked. All that they depend on comes from this repository by links.
 */
export function installPacked(workspace: string): void {
  const modules = join(workspace, 'node_modules');
  rmSync(modules, { recursive: true, force: true });
  linkAll(join(REPOSITORY, 'node_modules'), modules, Object.values(PACKAGES));
  const packed = mkdtempSync(join(tmpdir(), 'nx-cargo-test-packed-'));
  try {
    for (const [folder, name] of Object.entries(PACKAGES)) {
      const source = join(REPOSITORY, 'packages', folder);
      const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', packed];
      const archive = execFileSync('npm', args, { cwd: source, encoding: 'utf8' }).trim();
      const target = join(modules, name);
      mkdirSync(target, { recursive: true });
      execFileSync('tar', ['-xzf', join(packed, archive), '-C', target, '--strip-components=1']);
      const own = join(source, 'node_modules');
      if (existsSync(own)) linkAll(own, join(target, 'node_modules'), []);
    }
  } finally {
    rmSync(packed, { recursive: true });
  }
}

function linkAll(from: string, to: string, except: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from)) {
    if (except.includes(entry)) continue;
    // A scope may hold one of the packages that are not linked.
    if (except.some((name) => name.startsWith(`${entry}/`)))
      linkAll(
        join(from, entry),
        join(to, entry),
        except.map((name) => name.slice(entry.length + 1)),
      );
    else symlinkSync(join(from, entry), join(to, entry));
  }
}
