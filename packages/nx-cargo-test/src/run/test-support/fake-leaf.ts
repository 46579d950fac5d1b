import { join } from 'node:path';
import { MANIFEST_SCHEMA, type Manifest } from '../../fingerprint/manifest';
import { planRun, type PlanRequest, type RunPlan } from '../../plan/run-plan';

/** Program and arguments of the fake libtest binary. */
export const fakeBinary: readonly [string, ...string[]] = [
  process.execPath,
  join(__dirname, 'fake-test-binary.cjs'),
];

/** A manifest with one binary and one leaf, `lib::a`, that holds the tests. */
export function fakeManifest(tests: readonly string[], harness = true): Manifest {
  return {
    schema: MANIFEST_SCHEMA,
    package: 'fake',
    binaries: [
      {
        kind: 'lib',
        name: 'fake',
        harness,
        executable: 'fake',
        sha256: '00',
        workingDirectory: '.',
        environment: {},
        runner: [],
        target: 'x86_64-unknown-linux-gnu',
        nativeCpu: false,
        tests: tests.map((name) => ({ name, ignored: name.endsWith('ignored') })),
      },
    ],
    leaves: [{ id: 'lib::a', binary: 0, tests: [...tests] }],
  };
}

/** A plan that runs the tests with the fake libtest binary. */
export function fakePlan(tests: readonly string[], changes: Partial<PlanRequest> = {}): RunPlan {
  return planRun({
    manifest: fakeManifest(tests),
    leaf: 'lib::a',
    args: ['--test-threads=1'],
    expectedFailures: [],
    command: fakeBinary,
    workingDirectory: __dirname,
    environment: { PATH: process.env['PATH'] ?? '' },
    limits: { warnAfterSeconds: 60, killAfterSeconds: 300 },
    ...changes,
  });
}
