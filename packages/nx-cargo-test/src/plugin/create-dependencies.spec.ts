import type { PathDependency } from '../cargo/metadata';
import type { CargoSide, SeenPackage } from './cargo-side';
import { projectDependencies } from './create-dependencies';

function pack(
  name: string,
  dependencies: readonly string[],
  patchFolders: readonly string[] = [],
  devDependencies: readonly string[] = [],
): SeenPackage {
  const ofKind = (kind: PathDependency['kind']) => (each: string) => ({
    name: each,
    folder: `/w/${each}`,
    kind,
  });
  const pathDependencies = [
    ...dependencies.map(ofKind('normal')),
    ...devDependencies.map(ofKind('dev')),
  ];
  return {
    folder: name,
    manifestFile: `${name}/Cargo.toml`,
    manifest: { unharnessed: [], patchFolders: [] },
    cargo: { name, manifestFile: `/w/${name}/Cargo.toml`, targets: [], pathDependencies },
    cargoWorkspace: '.',
    patchFolders,
  };
}

function sideOf(packages: readonly SeenPackage[]): CargoSide {
  const locate = (folder: string): SeenPackage | undefined =>
    packages.find((each) => `/w/${each.folder}` === folder);
  return { packages, unreadable: [], locate };
}

function pairs(packages: readonly SeenPackage[]): string[] {
  const projectAt = new Map(packages.map(({ folder }) => [folder, folder]));
  return projectDependencies(sideOf(packages), projectAt).map(
    ({ source, target }) => `${source} -> ${target}`,
  );
}

it('joins projects by path dependencies and patches, each pair once', () => {
  const packages = [pack('a', ['b', 'b', 'gone', 'a'], ['/w/c']), pack('b', []), pack('c', [])];
  const side = sideOf(packages);
  const projectAt = new Map([
    ['a', 'a'],
    ['b', 'renamed'],
    ['c', 'c'],
  ]);
  expect(projectDependencies(side, projectAt)).toEqual([
    { source: 'a', target: 'c', sourceFile: 'a/Cargo.toml', type: 'static' },
    { source: 'a', target: 'renamed', sourceFile: 'a/Cargo.toml', type: 'static' },
  ]);
});

it('joins projects by dev-dependencies that close no cycle', () => {
  const core = pack('core', [], [], ['checks', 'helpers']);
  const helpers = pack('helpers', ['middle']);
  const others = [pack('middle', ['core']), pack('checks', [])];
  expect(pairs([core, helpers, ...others])).toEqual([
    'core -> checks',
    'helpers -> middle',
    'middle -> core',
  ]);
});

it('keeps one direction of two dev-dependencies, or patches, that name each other', () => {
  expect(pairs([pack('b', [], [], ['a']), pack('a', [], [], ['b'])])).toEqual(['a -> b']);
  const patches = ['/w/a', '/w/b'];
  expect(pairs([pack('b', ['a'], patches), pack('a', [], patches)])).toEqual(['b -> a']);
});
