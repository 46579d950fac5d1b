import { declaredInputs } from './nx-inputs';

const FILE = 'target/nx-cargo-test/demo/fingerprints/lib.a.json';
const nodes = {
  [`${FILE}:target/nx-cargo-test/demo/fingerprints`]: '1',
  'demo:ProjectConfiguration': '2',
  'demo:TsConfig': '3',
  'workspace:[{workspaceRoot}/nx.json,{workspaceRoot}/.gitignore,{workspaceRoot}/.nxignore]': '4',
  'env:NX_CLOUD_ENCRYPTION_KEY': '5',
  'env:RUST_LOG': '6',
  'env:LANG': '7',
  'workspace:[{workspaceRoot}/tests/**/!(*.rs)]': '8',
};

const digestOf = (changes: Record<string, string>): string | undefined =>
  declaredInputs({ nodes: { ...nodes, ...changes } }, 'demo', FILE)?.digest;

test('declared files and variables count', () => {
  const before = digestOf({});
  expect(digestOf({ 'workspace:[{workspaceRoot}/tests/**/!(*.rs)]': 'x' })).not.toBe(before);
  expect(digestOf({ 'env:RUST_LOG': 'x' })).not.toBe(before);
  expect(digestOf({ 'env:ADDED': 'x' })).not.toBe(before);
  expect(digestOf({ 'other:{projectRoot}/**/*': 'x' })).not.toBe(before);
  expect(declaredInputs({ nodes }, 'demo', FILE)?.variables).toEqual(['LANG', 'RUST_LOG']);
});

test('configuration and the module’s own fingerprints do not', () => {
  const before = digestOf({});
  for (const label of Object.keys(nodes).slice(0, 5)) {
    expect(digestOf({ [label]: 'x' })).toBe(before);
  }
});

test('another project’s configuration counts', () => {
  expect(digestOf({ 'other:ProjectConfiguration': 'x' })).not.toBe(digestOf({}));
});

test('nothing is said where Nx does not tell', () => {
  expect(declaredInputs(undefined, 'demo', FILE)).toBeUndefined();
  expect(declaredInputs({ nodes: {} }, 'demo', FILE)).toBeUndefined();
  expect(declaredInputs({ nodes: { 'env:LANG': '1' } }, 'demo', FILE)).toBeUndefined();
});
