import { CargoTestError } from '../errors';
import { fakeManifest } from '../run/test-support/fake-leaf';
import { formatManifest, parseManifest, type Manifest, type ManifestBinary } from './manifest';

function withState(state: Pick<ManifestBinary, 'sharedState' | 'stateUnknown'>): Manifest {
  const manifest = fakeManifest(['a', 'b', 'c']);
  return { ...manifest, binaries: manifest.binaries.map((binary) => ({ ...binary, ...state })) };
}

test.each([
  {},
  { sharedState: [] },
  { sharedState: [{ name: 'fake::X', threadLocal: true, tests: [0, 2] }], stateUnknown: [1] },
])('state %j comes back as it was written', (state) => {
  const manifest = withState(state);
  expect(parseManifest(formatManifest(manifest), 'manifest.json')).toEqual(manifest);
});

test('indices stand in one line, and texts that look like them stay', () => {
  const manifest = withState({
    sharedState: [{ name: '[\n 1,\n 2\n]', threadLocal: false, tests: [0, 1, 2] }],
  });
  const text = formatManifest(manifest);
  expect(text).toContain('"tests": [0,1,2]');
  expect(parseManifest(text, 'manifest.json')).toEqual(manifest);
});

test.each([
  [{ ...withState({}), schema: 1 }],
  [withState({ stateUnknown: [-1] })],
  [withState({ sharedState: [{ name: 'X', threadLocal: false, tests: [0.5] }] })],
])('another shape is refused', (manifest) => {
  expect(() => parseManifest(JSON.stringify(manifest), 'manifest.json')).toThrow(CargoTestError);
});
