import type { CompilerArtifact } from '../cargo/cargo-messages';
import type { BuildFiles } from './build-files';
import { findDepInfoFile } from './dep-info-file';

/** Files by path, each with the number of what it is a link of. */
function filesOf(inodes: Readonly<Record<string, bigint>>): BuildFiles {
  return {
    status: (file) => {
      const ino = inodes[file];
      return ino === undefined ? undefined : { dev: 1n, ino, size: 0n, mtimeNs: 0n, madeNs: 0n };
    },
    list: (folder) =>
      Object.keys(inodes)
        .filter((file) => file.slice(0, file.lastIndexOf('/')) === folder)
        .map((file) => file.slice(folder.length + 1)),
    readText: () => '',
  };
}

const artifact = { name: 'dep', filenames: ['/t/debug/libdep.so'] } as unknown as CompilerArtifact;

test('a Rust library that is shared has no hash in its name', () => {
  const files = filesOf({
    '/t/debug/libdep.so': 1n,
    '/t/debug/deps/libdep.so': 1n,
    '/t/debug/deps/dep.d': 2n,
    '/t/debug/deps/dep-0123456789abcdef': 3n,
    '/t/debug/deps/dep-0123456789abcdef.d': 4n,
  });
  expect(findDepInfoFile(artifact, files)).toBe('/t/debug/deps/dep.d');
});

test('a file of the same plain name that is another is not taken for it', () => {
  const files = filesOf({
    '/t/debug/libdep.so': 1n,
    '/t/debug/deps/libdep.so': 5n,
    '/t/debug/deps/dep.d': 2n,
  });
  expect(findDepInfoFile(artifact, files)).toBeUndefined();
});
