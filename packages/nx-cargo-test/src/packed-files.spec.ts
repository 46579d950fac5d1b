import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(__dirname, '../../..');

/** Files as npm would publish them. */
function packedFiles(folder: string): readonly string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', args, { cwd: folder, encoding: 'utf8' });
  const [packed] = JSON.parse(output) as [{ files: { path: string }[] }];
  return packed.files.map(({ path }) => path);
}

describe.each(['object-graph', 'nx-cargo-test'])('the package %s', (name) => {
  const folder = join(REPOSITORY, 'packages', name);

  it('has a README, and the licence of the repository', () => {
    const files = packedFiles(folder);
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(REPOSITORY, 'LICENSE'), 'utf8'),
    );
  });

  it('has no tests', () => {
    expect(packedFiles(folder).filter((file) => /\.spec\.|test-support/.test(file))).toEqual([]);
  });
});

it('@nx/devkit comes with the plugin: as a peer, npm takes its newest version, which refuses an older Nx', () => {
  const text = readFileSync(join(REPOSITORY, 'packages/nx-cargo-test/package.json'), 'utf8');
  const { dependencies, peerDependencies } = JSON.parse(text) as Record<string, object>;
  expect(peerDependencies).toEqual({ nx: expect.any(String) });
  expect(dependencies).toHaveProperty(['@nx/devkit'], (peerDependencies as { nx: string }).nx);
});
