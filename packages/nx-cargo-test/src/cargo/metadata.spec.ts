import { parseCargoMetadata } from './metadata';

const target = {
  name: 'a',
  kind: ['lib'],
  src_path: '/w/a/src/lib.rs',
  edition: '2021',
  doctest: true,
};
const member = {
  id: 'path+file:///w/a#0.1.0',
  name: 'a',
  manifest_path: '/w/a/Cargo.toml',
  targets: [
    target,
    {
      ...target,
      name: 'it',
      kind: ['test'],
      test: false,
      doctest: false,
      'required-features': ['x'],
    },
  ],
  features: { default: ['x'], x: [] },
  dependencies: [
    { name: 'serde', kind: null },
    { name: 'b', kind: null, path: '/w/b' },
    { name: 'c', kind: 'dev', path: '/w/c' },
  ],
};
const metadata = {
  packages: [member, { ...member, id: 'other' }],
  workspace_members: [member.id],
  workspace_root: '/w',
  target_directory: '/w/target',
  version: 1,
  a_field_of_the_future: {},
};

it('takes members and what we use of them', () => {
  expect(parseCargoMetadata(JSON.stringify(metadata), 'Cargo.toml')).toEqual({
    folder: '/w',
    targetFolder: '/w/target',
    packages: [
      {
        name: 'a',
        manifestFile: '/w/a/Cargo.toml',
        targets: [
          {
            name: 'a',
            kind: ['lib'],
            sourceFile: '/w/a/src/lib.rs',
            test: true,
            doctest: true,
            requiredFeatures: [],
          },
          {
            name: 'it',
            kind: ['test'],
            sourceFile: '/w/a/src/lib.rs',
            test: false,
            doctest: false,
            requiredFeatures: ['x'],
          },
        ],
        pathDependencies: [
          { name: 'b', folder: '/w/b', kind: 'normal' },
          { name: 'c', folder: '/w/c', kind: 'dev' },
        ],
        features: { default: ['x'], x: [] },
      },
    ],
  });
});

it.each([
  ['no JSON', 'not JSON'],
  [JSON.stringify({ ...metadata, workspace_root: 3 }), 'workspace_root: expected string, got 3'],
  [JSON.stringify({ ...metadata, packages: [{ ...member, targets: 'x' }] }), 'packages.0.targets'],
])('refuses %.20s', (text, words) => {
  expect(() => parseCargoMetadata(text, 'Cargo.toml')).toThrow(
    expect.objectContaining({ code: 'INVALID_FILE', message: expect.stringContaining(words) }),
  );
});
