import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readManifestMetadata } from './manifest-metadata';
import { readCargoMetadata, type CargoWorkspace } from './metadata';
import { LAYOUTS } from './test-support/manifest-layouts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'manifests-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('without cargo, Cargo.toml files say what cargo metadata says', () => {
  const manifests = Object.entries(LAYOUTS).flatMap(([layout, files]) =>
    Object.keys(files)
      .filter((file) => file.endsWith('Cargo.toml') && !file.startsWith('fixtures/'))
      .map((file) => [layout, file] as const),
  );

  it.each(manifests)('%s: %s', async (layout, file) => {
    write(LAYOUTS[layout]!);
    const manifestFile = join(folder, file);
    const expected = await readCargoMetadata(manifestFile).catch((error: unknown) => error);
    if (expected instanceof Error) {
      // Cargo refuses a package that the workspace around it does not know; nobody asks for it.
      expect(expected.message).toContain("current package believes it's in a workspace");
      return;
    }
    expect(comparable(read(manifestFile))).toEqual(comparable(expected as CargoWorkspace));
  });
});

it.each([
  ['CARGO_TARGET_DIR', { CARGO_TARGET_DIR: 'out' }, 'out'],
  ['CARGO_BUILD_TARGET_DIR', { CARGO_BUILD_TARGET_DIR: '/elsewhere' }, '/elsewhere'],
])('takes the target folder from %s', (_, environment, expected) => {
  write(LAYOUTS['a target folder of its own']!);
  const { targetFolder } = read(join(folder, 'Cargo.toml'), environment);
  expect(targetFolder).toBe(expected.startsWith('/') ? expected : join(folder, expected));
});

const PACKAGE = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n';

it.each<[what: string, files: Readonly<Record<string, string | Uint8Array>>, words: string]>([
  ['no file', {}, 'there is no such file'],
  ['no TOML', { 'Cargo.toml': '[package' }, 'Invalid TOML'],
  ['no UTF-8', { 'Cargo.toml': Buffer.from([0x23, 0xff]) }, 'not valid for encoding utf-8'],
  ['no name', { 'Cargo.toml': '[package]\n', 'src/lib.rs': '' }, 'package.name: expected a text'],
  ['no source', { 'Cargo.toml': PACKAGE, 'build.rs': '' }, 'there is no source'],
  [
    'no member',
    { 'Cargo.toml': '[workspace]\nmembers = ["b"]\n' },
    'the member b has no Cargo.toml',
  ],
  [
    'no member in a folder that a pattern matches',
    { 'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n', 'crates/empty/notes.txt': '' },
    'the member crates/empty has no Cargo.toml',
  ],
  [
    'nothing to inherit',
    { 'Cargo.toml': `${PACKAGE}[dependencies]\nx.workspace = true\n`, 'src/lib.rs': '' },
    'the workspace has no dependency x to inherit',
  ],
  [
    'one name twice',
    {
      'Cargo.toml': `${PACKAGE}[workspace]\nmembers = ["b"]\n`,
      'src/lib.rs': '',
      'b/Cargo.toml': PACKAGE,
      'b/src/lib.rs': '',
    },
    'two members are called a',
  ],
])('refuses %s', (_, files, words) => {
  write(files);
  expect(() => read(join(folder, 'Cargo.toml'))).toThrow(
    expect.objectContaining({
      code: 'CARGO_METADATA_FAILED',
      message: expect.stringContaining(words),
    }),
  );
});

function read(
  manifestFile: string,
  environment: Readonly<Record<string, string>> = {},
): CargoWorkspace {
  return readManifestMetadata(manifestFile, join(folder, 'no-cargo-home'), environment);
}

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
}

/** Cargo lists targets and dependencies in an order that means nothing. */
function comparable({ packages, ...rest }: CargoWorkspace): unknown {
  const sorted = <T>(values: readonly T[]): readonly T[] =>
    [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return {
    ...rest,
    // Features matter to commands only, which ask cargo.
    packages: packages.map(({ features: _, ...each }) => ({
      ...each,
      targets: sorted(each.targets),
      pathDependencies: sorted(each.pathDependencies),
    })),
  };
}
