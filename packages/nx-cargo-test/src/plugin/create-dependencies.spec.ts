import type { PathDependency } from '../cargo/metadata';
import type { CargoSide, SeenPackage } from './cargo-side';
import { projectDependencies } from './create-dependencies';

function pack(
  name: string,
  dependencies: readonly string[],
  patchFolders: readonly string[] = [],
): SeenPackage {
  const pathDependencies = dependencies.map((each): PathDependency => ({
    name: each,
    folder: `/w/${each}`,
    kind: 'normal',
  }));
  return {
    folder: name,
    manifestFile: `${name}/Cargo.toml`,
    manifest: { unharnessed: [], patchFolders: [] },
    cargo: { name, manifestFile: `/w/${name}/Cargo.toml`, targets: [], pathDependencies },
    cargoWorkspace: '.',
    patchFolders,
  };
}

it('joins projects by path dependencies and patches, each pair once', () => {
  const packages = [pack('a', ['b', 'b', 'gone', 'a'], ['/w/c']), pack('b', []), pack('c', [])];
  const side: CargoSide = {
    packages,
    unreadable: [],
    locate: (folder) => packages.find((each) => `/w/${each.folder}` === folder),
  };
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
