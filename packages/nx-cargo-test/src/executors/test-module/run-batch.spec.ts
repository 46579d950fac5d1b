import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fingerprintFile, resultFile } from '../../build/paths';
import { CargoTestError } from '../../errors';
import { FINGERPRINT_SCHEMA, formatFingerprintFile } from '../../fingerprint/fingerprint-file';
import { parseLeafId } from '../../module/test-module';
import { spawnWithNode } from '../../process/test-support/spawn-with-node';
import { digestOf, parseResultFile, type ResultFile } from '../../report/result-file';
import { createLimit } from '../../run/concurrency';
import { nativeHost } from '../../run/native-host';
import { createProcessRunner } from '../../run/process-runner';
import type { Runner } from '../../run/runner';
import type { Runners } from './open-runners';
import { fakeBinary, fakeManifest } from '../../run/test-support/fake-leaf';
import { runBatch, type BatchEdges, type BatchTaskResult } from './run-batch';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'run-batch-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Leaves of the package `fake`, each with its tests, as `build-tests` leaves them. */
const leaves: Record<string, readonly string[]> = {
  'lib::good': ['good::passes'],
  'lib::bad': ['bad::fails', 'bad::passes'],
  'lib::crash': ['crash::aborts'],
  'lib::none': [],
};

function pathOf(of: typeof fingerprintFile, leaf: string): string {
  const parsed = parseLeafId(leaf, 'fake');
  if (parsed === undefined) throw new Error(leaf);
  return join(root, of('crate', 'fake', parsed));
}

async function writeFingerprints(leaf: string, names = leaves[leaf] ?? []): Promise<string> {
  const text = formatFingerprintFile({
    schema: FINGERPRINT_SCHEMA,
    leaf,
    behaviour: 1,
    environment: 'e',
    tests: names.map((name) => ({ name, fingerprint: name })),
  });
  const file = pathOf(fingerprintFile, leaf);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return text;
}

async function readResults(leaf: string): Promise<ResultFile> {
  return parseResultFile(await readFile(pathOf(resultFile, leaf), 'utf8'), leaf);
}

function edges(changes: Partial<BatchEdges> = {}): BatchEdges & { builds: string[][] } {
  const builds: string[][] = [];
  const manifest = {
    ...fakeManifest(Object.values(leaves).flat()),
    leaves: Object.entries(leaves).map(([id, tests]) => ({ id, binary: 0, tests: [...tests] })),
  };
  const [file, script] = fakeBinary;
  return {
    builds,
    assertTargetIntact: () => undefined,
    ensureBuilt(request) {
      builds.push([...request.leaves]);
      const binary = {
        ...(manifest.binaries[0] as (typeof manifest.binaries)[number]),
        runner: [file],
      };
      return Promise.resolve({
        manifest,
        binary: () => ({ manifest: binary, file: script ?? '' }),
      });
    },
    openLedger: () => ({
      leaf: () => Promise.resolve({ unusable: 'there is none here' }),
      leafEnded: () => undefined,
      end: () => Promise.resolve(),
    }),
    openRunners: () => runnersOf(nativeRunner),
    environment: { PATH: process.env['PATH'], NX_TASK_HASH: '1' },
    announce: () => undefined,
    ...changes,
  };
}

const nativeRunner = (): Runner =>
  createProcessRunner({ host: nativeHost(spawnWithNode), limit: createLimit(2) });

function runnersOf(make: () => Runner): Runners {
  return { runnerFor: make, buildHostFor: () => undefined, close: () => Promise.resolve() };
}

async function run(
  ids: readonly string[],
  withEdges: BatchEdges,
  extra: Record<string, unknown> = {},
): Promise<Record<string, BatchTaskResult['result']>> {
  const tasks = Object.fromEntries(
    ids.map((id) => [
      id,
      { id, target: { project: 'fake', target: id }, overrides: {}, outputs: [] },
    ]),
  );
  const inputs = Object.fromEntries(
    ids.map((id) => [id, { package: 'fake', cargoWorkspace: 'crate', leaf: id, ...extra }]),
  );
  const context = {
    root,
    projectGraph: {
      nodes: {
        fake: {
          data: {
            targets: {
              'build-tests': {
                executor: 'nx-cargo-test:build-tests',
                options: { package: 'fake', cargoWorkspace: 'crate' },
              },
            },
          },
        },
      },
    },
  } as unknown as ExecutorContext;
  const results: Record<string, BatchTaskResult['result']> = {};
  for await (const { task, result } of runBatch(
    { tasks } as unknown as TaskGraph,
    inputs,
    context,
    withEdges,
  )) {
    expect(results[task]).toBeUndefined();
    results[task] = result;
  }
  expect(Object.keys(results).sort()).toEqual([...ids].sort());
  return results;
}

test('each leaf has its own result, after one check of the build', async () => {
  const ids = Object.keys(leaves);
  const texts = new Map<string, string>();
  for (const id of ids) texts.set(id, await writeFingerprints(id));
  const batch = edges();
  const results = await run(ids, batch);
  expect(batch.builds).toEqual([ids]);
  expect(Object.fromEntries(ids.map((id) => [id, results[id]?.status]))).toEqual({
    'lib::good': 'success',
    'lib::bad': 'failure',
    'lib::crash': 'failure',
    'lib::none': 'success',
  });
  expect(results['lib::bad']?.terminalOutput).toContain('own output of bad::fails');
  expect(results['lib::none']?.terminalOutput).toBe('none: no tests\n');
  for (const id of ids) {
    const file = await readResults(id);
    expect(file).toMatchObject({
      leaf: id,
      complete: true,
      success: results[id]?.success,
      fingerprint: digestOf(texts.get(id) ?? ''),
    });
    expect(file.tests.map(({ name }) => name).sort()).toEqual([...(leaves[id] ?? [])].sort());
  }
});

test('arguments select tests, and the results file keeps them', async () => {
  await writeFingerprints('lib::bad');
  const results = await run(['lib::bad'], edges(), {
    __unparsed__: ['bad::passes', '--killAfterSeconds=9', '--warn-after-seconds', '5'],
    killAfterSeconds: 9,
    warnAfterSeconds: 5,
  });
  expect(results['lib::bad']).toMatchObject({ success: true });
  expect((await readResults('lib::bad')).args).toEqual(['bad::passes']);
});

test('an expected failure does not fail its leaf', async () => {
  await writeFingerprints('lib::bad');
  const results = await run(['lib::bad'], edges(), { expectedFailures: ['bad::fails'] });
  expect(results['lib::bad']?.success).toBe(true);
  expect(results['lib::bad']?.terminalOutput).toContain('expected failure: bad::fails');
});

test.each<[string, () => Partial<BatchEdges>, string]>([
  [
    'the build breaks',
    () => ({
      ensureBuilt: () => Promise.reject(new CargoTestError('SOURCES_CHANGED', 'sources changed')),
    }),
    'SOURCES_CHANGED: sources changed',
  ],
  [
    'the host cannot run tests',
    () => ({
      openRunners: () =>
        runnersOf(() => {
          throw new CargoTestError('UNSUPPORTED_HOST', 'not here');
        }),
    }),
    'UNSUPPORTED_HOST: not here',
  ],
  [
    'a target was replaced',
    () => ({
      assertTargetIntact: () => {
        throw new CargoTestError('TARGET_DEFAULTS_REPLACED', 'replaced');
      },
    }),
    'TARGET_DEFAULTS_REPLACED: replaced',
  ],
  [
    'there is no runner',
    () => ({
      openRunners: () =>
        runnersOf(() => {
          throw new CargoTestError('INVALID_OPTIONS', 'parallel');
        }),
    }),
    'INVALID_OPTIONS: parallel',
  ],
  [
    'the runner breaks off',
    () => ({
      openRunners: () =>
        runnersOf(() => ({
          ...nativeRunner(),
          run: () => ({
            [Symbol.asyncIterator]: () => ({
              next: () => Promise.reject(new Error('disk is full')),
            }),
          }),
        })),
    }),
    'the run broke off: disk is full',
  ],
])('every task fails with the reason when %s', async (_, changes, reason) => {
  await writeFingerprints('lib::good');
  await writeFingerprints('lib::bad');
  const results = await run(['lib::good', 'lib::bad'], edges(changes()));
  for (const result of Object.values(results)) {
    expect(result.success).toBe(false);
    expect(result.terminalOutput).toContain(reason);
  }
});

test('a leaf whose files do not fit together fails alone', async () => {
  await writeFingerprints('lib::good');
  await writeFingerprints('lib::bad', ['bad::passes']);
  const results = await run(['lib::good', 'lib::bad', 'lib::crash', 'lib::unknown'], edges());
  expect(results['lib::good']?.success).toBe(true);
  expect(results['lib::bad']?.terminalOutput).toContain('SOURCES_CHANGED');
  expect(results['lib::crash']?.terminalOutput).toContain('GRAPH_OUT_OF_DATE');
  expect(results['lib::unknown']?.terminalOutput).toContain('GRAPH_OUT_OF_DATE');
});

test('wrong options fail their task', async () => {
  const results = await run(['lib::good'], edges(), { leaf: 'nonsense' });
  expect(results['lib::good']?.terminalOutput).toContain('INVALID_OPTIONS');
});

describe('modules that may share processes', () => {
  const packed = ['lib::good', 'lib::bad', 'lib::none'];
  const oneRunner = (): BatchEdges => {
    const runner = nativeRunner();
    return edges({ openRunners: () => runnersOf(() => runner) });
  };
  const share = { packModules: true, __unparsed__: ['--test-threads=1'] };

  test('do so once it is known what they need, each with its own result', async () => {
    for (const id of packed) await writeFingerprints(id);
    const first = await run(packed, oneRunner(), share);
    expect(first['lib::good']?.terminalOutput).not.toContain('shared a process');

    const second = await run(packed, oneRunner(), share);
    expect(second['lib::good']?.success).toBe(true);
    expect(second['lib::good']?.terminalOutput).toContain('note: shared a process with bad');
    expect(second['lib::bad']?.success).toBe(false);
    expect(second['lib::bad']?.terminalOutput).toContain('own output of bad::fails');
    expect(second['lib::good']?.terminalOutput).not.toContain('own output of bad::fails');
    const { tests } = await readResults('lib::bad');
    expect(tests.map(({ name, verdict }) => [name, verdict.kind])).toEqual([
      ['bad::fails', 'failed'],
      ['bad::passes', 'passed'],
    ]);
  });

  test('do not where their number of tests is beyond the option, or where it is off', async () => {
    for (const id of packed) await writeFingerprints(id);
    await run(packed, oneRunner(), share);
    for (const options of [
      { ...share, packedTests: 2 },
      { ...share, packModules: false },
    ]) {
      const results = await run(packed, oneRunner(), options);
      expect(results['lib::good']?.terminalOutput).not.toContain('shared a process');
    }
  });

  test('one that cannot run keeps nobody waiting', async () => {
    await writeFingerprints('lib::good');
    const results = await run(['lib::good', 'lib::bad'], oneRunner(), share);
    expect(results['lib::good']?.success).toBe(true);
    expect(results['lib::bad']?.terminalOutput).toContain('GRAPH_OUT_OF_DATE');
  });
});
