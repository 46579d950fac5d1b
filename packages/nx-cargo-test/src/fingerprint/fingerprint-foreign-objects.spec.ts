import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintBinary } from './fingerprint-binary';

const folder = join(__dirname, '../../../object-graph/fixtures/foreign');
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as readonly {
  readonly name: string;
  readonly code: string;
  readonly says: string;
}[];

test.each(cases)(
  'tests of $name depend on the whole binary, and the reason is said',
  async (file) => {
    const path = join(folder, `${file.name}.o`);
    for (const harness of [true, false]) {
      const { fingerprints, widened, state } = await fingerprintBinary({
        executable: path,
        sha256: 'ab',
        harness,
        isStarted: false,
        tests: ['one', 'two'],
        link: {
          ...{
            output: '',
            directory: '',
            inputs: [{ path, file: path, kind: 'object' }],
            libraries: [],
          },
          ...{ sharedLibraries: [], searchPaths: [], otherArguments: [] },
        },
        unseen: undefined,
        sysroot: '/rust',
        isOptimized: () => false,
        isWorkspace: () => true,
      });
      expect(Object.fromEntries(fingerprints)).toEqual({ one: 'binary-ab', two: 'binary-ab' });
      expect(widened).toEqual([{ reason: expect.stringContaining(file.says), count: 2 }]);
      expect(widened[0]!.reason).toMatch(new RegExp(`^${file.code}: `));
      expect(state).toBeUndefined();
    }
  },
);
