import { parseCargoManifest } from '../cargo/cargo-manifest';
import { groupManifests, likelyMembers, packageNameOf, readManifest } from './group-manifests';

function groups(files: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  const manifests = Object.entries(files).map(([file, text]) => readManifest(file, text));
  return Object.fromEntries(
    groupManifests(manifests).map((group) => [
      group.root.folder,
      group.files.map(({ folder }) => folder),
    ]),
  );
}

const pack = (name: string): string => `[package]\nname = "${name}"\n`;

describe('groupManifests', () => {
  it('puts packages with the nearest workspace above', () => {
    expect(
      groups({
        'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n',
        'crates/a/Cargo.toml': pack('a'),
        'nested/Cargo.toml': `[workspace]\n${pack('n')}`,
        'nested/b/Cargo.toml': pack('b'),
      }),
    ).toEqual({ '.': ['.', 'crates/a'], nested: ['nested', 'nested/b'] });
  });

  it('leaves excluded packages to themselves, unless they are members by name', () => {
    expect(
      groups({
        'Cargo.toml': '[workspace]\nmembers = ["x/kept"]\nexclude = ["x", "y/"]\n',
        'x/kept/Cargo.toml': pack('kept'),
        'x/out/Cargo.toml': pack('out'),
        'y/Cargo.toml': pack('y'),
        'yz/Cargo.toml': pack('yz'),
      }),
    ).toEqual({ '.': ['.', 'x/kept', 'yz'], 'x/out': ['x/out'], y: ['y'] });
  });

  it('follows package.workspace', () => {
    expect(
      groups({
        'main/Cargo.toml': '[workspace]\nmembers = ["../side"]\n',
        'side/Cargo.toml': `${pack('side')}workspace = "../main"\n`,
      }),
    ).toEqual({ main: ['main', 'side'] });
  });

  it('knows a workspace whose file is torn', () => {
    expect(
      groups({ 'w/Cargo.toml': '[workspace]\nmembers = [', 'w/a/Cargo.toml': pack('a') }),
    ).toEqual({
      w: ['w', 'w/a'],
    });
  });
});

describe('likelyMembers', () => {
  it('goes by members, and takes all for a root that is torn', () => {
    const members = (root: string): readonly string[] => {
      const files = [
        readManifest('Cargo.toml', root),
        readManifest('crates/a/Cargo.toml', pack('a')),
        readManifest('fixtures/f/Cargo.toml', pack('f')),
      ];
      return groupManifests(files).flatMap((group) =>
        likelyMembers(group).map(({ folder }) => folder),
      );
    };
    expect(members('[workspace]\nmembers = ["crates/*"]')).toEqual(['crates/a']);
    expect(members('[workspace]\nmembers = [')).toEqual(['crates/a', 'fixtures/f']);
  });
});

it('guesses the name in a file that is no TOML', () => {
  expect(packageNameOf(readManifest('Cargo.toml', '[package]\nname = "x"\nversion =\n'))).toBe('x');
  expect(packageNameOf(readManifest('Cargo.toml', '[bin]\nname = "x"\n='))).toBeUndefined();
});

it('reads what metadata leaves out', () => {
  const text = `
[package]
name = "a-b"
[lib]
harness = false
[[test]]
name = "smoke"
harness = false
[[bench]]
name = "fast"
[patch.crates-io]
x = { path = "../x" }
[replace]
"y:1.0.0" = { path = "../y" }
`;
  expect(parseCargoManifest(text)).toEqual({
    packageName: 'a-b',
    unharnessed: [
      { kind: 'lib', name: 'a_b' },
      { kind: 'test', name: 'smoke' },
    ],
    patchFolders: ['../x', '../y'],
  });
});

it('passes over values of the wrong type', () => {
  expect(
    parseCargoManifest('package = 3\nlib = []\ntest = "x"\nworkspace = 1\npatch = 2\n'),
  ).toEqual({
    unharnessed: [],
    patchFolders: [],
  });
});
