import type { PathDependency } from '../cargo/metadata';
import { pathClosure, type LocatedPackage } from './path-closure';

function pack(name: string, ...dependencies: readonly string[]): LocatedPackage {
  const pathDependencies = dependencies.map((each): PathDependency => {
    const [folder = '', kind = 'normal'] = each.split(' ');
    return { name: folder, folder: `/w/${folder}`, kind: kind as PathDependency['kind'] };
  });
  return {
    folder: name,
    cargo: { name, manifestFile: `/w/${name}/Cargo.toml`, targets: [], pathDependencies },
    patchFolders: [],
  };
}

function closure(start: LocatedPackage, ...others: readonly LocatedPackage[]): unknown {
  return pathClosure(start, (folder) =>
    [start, ...others].find((each) => `/w/${each.folder}` === folder),
  );
}

it('follows dependencies of every kind from the start, but not development ones of others', () => {
  expect(
    closure(
      pack('a', 'b', 'c dev', 'd build'),
      pack('b', 'e', 'f dev'),
      pack('c'),
      pack('d'),
      pack('e'),
      pack('f'),
    ),
  ).toEqual({ folders: ['a', 'b', 'c', 'd', 'e'], unseen: [] });
});

it('ends on a circle', () => {
  expect(closure(pack('a', 'b dev'), pack('b', 'a'))).toEqual({ folders: ['a', 'b'], unseen: [] });
});

it('names what Nx does not see', () => {
  expect(closure(pack('a', 'b'), pack('b', 'gone'))).toEqual({
    folders: ['a', 'b'],
    unseen: ['/w/gone'],
  });
});

it('counts the patches of the workspace', () => {
  const start = { ...pack('a'), patchFolders: ['/w/b', '/elsewhere'] };
  expect(closure(start, pack('b'))).toEqual({ folders: ['a', 'b'], unseen: ['/elsewhere'] });
});
