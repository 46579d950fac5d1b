import { coveredFiles } from './fileset';

test.each([
  ['{workspaceRoot}/crate/**/*', 'crate/src/lib.rs', true],
  ['{workspaceRoot}/crate/**/*', 'crates/src/lib.rs', false],
  ['{projectRoot}/**/*', 'crate/a', true],
  ['{workspaceRoot}/**/*', '.hidden/file', true],
  ['{workspaceRoot}/Cargo.lock', 'Cargo.lock', true],
  ['{workspaceRoot}/Cargo.lock', 'crate/Cargo.lock', false],
  ['{workspaceRoot}/data/*.json', 'data/a.json', true],
  ['{workspaceRoot}/data/*.json', 'data/deep/a.json', false],
  ['{workspaceRoot}/data/{a,b}.txt', 'data/b.txt', true],
  ['{workspaceRoot}/a+b.txt', 'aab.txt', false],
  ['sources', 'shared/x.c', true],
  ['^sources', 'shared/x.c', false],
])('%s and %s: %s', (input, file, isCovered) => {
  const covers = coveredFiles([input, { externalDependencies: [] }], 'crate', {
    sources: [{ fileset: '{workspaceRoot}/shared/**/*' }],
  });
  expect(covers(file)).toBe(isCovered);
});

test('an excluded folder is not covered', () => {
  const covers = coveredFiles(['{workspaceRoot}/**/*', '!{workspaceRoot}/target/**/*'], '.');
  expect(covers('target/debug/x')).toBe(false);
  expect(covers('src/target.rs')).toBe(true);
});
