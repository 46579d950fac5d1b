import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CargoMessages, CompilerArtifact } from '../cargo/cargo-messages';
import type { RunProgram } from '../cargo/run-program';
import { openBuildRecord } from './build-record';
import { readHashedSources } from './hashed-sources';
import { changedSince, takeSnapshot } from './source-snapshot';
import { watchStaleBuilds, type StaleBuilds } from './stale-builds';
import { openTouchedSources } from './touched-sources';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stale-builds-')));
  write('Cargo.toml', '');
  write('build.rs', '');
  write('src/lib.rs', 'one');
  compile();
});
afterEach(() => rmSync(root, { recursive: true }));

/** With a modification time of long ago, which hides no change from others than cargo. */
function write(file: string, content: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, 1, 1);
}

const BUILT = 'target/debug/deps/demo-0123456789abcdef';
const SCRIPT = 'target/debug/build/demo/main-0123456789abcdef';
const OUTPUT = 'target/debug/build/demo/output';
let makings = 0;

/** As cargo leaves a unit and the output of a build script behind, each time in another second. */
function compile(): void {
  write(BUILT, '');
  write(`${BUILT}.d`, `${BUILT}: src/lib.rs\n`);
  write(OUTPUT, 'cargo:rerun-if-changed=build.rs\n');
  write(SCRIPT, '');
  write(`${SCRIPT}.d`, `${SCRIPT}: build.rs\n`);
  makings += 1;
  const later = Math.floor(Date.now() / 1000) + makings;
  for (const stamp of [`${BUILT}.d`, `${SCRIPT}.d`, OUTPUT])
    utimesSync(join(root, stamp), later, later);
}

const STARTED = Date.now() + 3_600_000;

function messages(): CargoMessages {
  const packageId = `path+file://${root}#demo@0.1.0`;
  const artifact: CompilerArtifact = {
    packageId,
    manifestPath: join(root, 'Cargo.toml'),
    kinds: ['lib'],
    name: 'demo',
    sourceFile: join(root, 'src/lib.rs'),
    features: [],
    optimized: false,
    debugAssertions: true,
    isTest: true,
    filenames: [join(root, BUILT)],
    executable: join(root, BUILT),
    fresh: true,
  };
  const script: CompilerArtifact = {
    ...artifact,
    kinds: ['custom-build'],
    name: 'main',
    sourceFile: join(root, 'build.rs'),
    filenames: [join(root, SCRIPT)],
  };
  const outDir = join(root, 'target/debug/build/demo/out');
  return {
    artifacts: [artifact, script],
    buildScripts: [{ packageId, outDir, cfgs: [], environmentNames: [] }],
  };
}

/** A new build, in which git ignores the files named. */
function watch(...ignored: readonly string[]): StaleBuilds {
  const run: RunProgram = ({ input = '' }) => {
    const names = input.split('\0').filter((name) => ignored.includes(name));
    const stdout = names.map((name) => `${name}\0`).join('');
    const end = { description: '', notFound: false, stderr: '' };
    return Promise.resolve({ ...end, code: names.length > 0 ? 0 : 1, stdout });
  };
  mkdirSync(join(root, 'target/nx-cargo-test'), { recursive: true });
  writeFileSync(join(root, 'target/CACHEDIR.TAG'), '');
  const sources = takeSnapshot([root]);
  return watchStaleBuilds({
    cargo: {
      folder: root,
      targetFolder: join(root, 'target'),
      packages: [
        {
          name: 'demo',
          manifestFile: join(root, 'Cargo.toml'),
          targets: [],
          pathDependencies: [],
        },
      ],
    },
    sources,
    hashed: readHashedSources(sources.keys(), Number.MAX_VALUE),
    workspace: { workspaceRoot: root, environment: {}, run },
    recordFile: openBuildRecord(join(root, 'target'), ['demo']),
    touchedSources: openTouchedSources(join(root, 'target')),
  });
}

async function keepRecord(): Promise<void> {
  const first = watch();
  expect(await first.mustRunAgain(messages(), STARTED)).toBe(false);
  await first.keep();
}

test('what is as recorded needs no further run', async () => {
  await keepRecord();
  write('src/lib.rs', 'one');
  const build = watch();
  expect(await build.mustRunAgain(messages(), STARTED)).toBe(false);
  expect(build.remade).toEqual([]);
});

test.each([
  ['a source', 'src/lib.rs', 'src/lib.rs', 'demo of '],
  ['a file that the build script may read', 'data.txt', 'build.rs', 'the build script of demo'],
])('%s changed: the root source gets the time of now, once', async (_, file, touched, name) => {
  await keepRecord();
  write(file, 'two');
  const build = watch();
  expect(await build.mustRunAgain(messages(), STARTED)).toBe(true);
  expect(statSync(join(root, touched)).mtimeMs).toBeGreaterThan(1000);
  expect(build.remade).toEqual([
    { name: expect.stringContaining(name), changed: [join(root, file)] },
  ]);
  // Our own change of a time is no change of a source.
  expect(changedSince(build.sources, [join(root, touched)])).toEqual([]);
  compile();
  expect(await build.mustRunAgain(messages(), STARTED)).toBe(false);
  await build.keep();
  expect(await watch().mustRunAgain(messages(), STARTED)).toBe(false);
});

test('fails if cargo does not make it again', async () => {
  await keepRecord();
  write('src/lib.rs', 'two');
  const build = watch();
  await build.mustRunAgain(messages(), STARTED);
  await expect(build.mustRunAgain(messages(), STARTED)).rejects.toMatchObject({
    code: 'SOURCES_CHANGED',
    message: expect.stringContaining(join(root, 'src/lib.rs')),
  });
});

test('a file that git ignores makes no difference', async () => {
  await keepRecord();
  write('data.txt', 'two');
  expect(await watch('data.txt').mustRunAgain(messages(), STARTED)).toBe(false);
});

test('cargo runs again if another one made a unit in the meantime', async () => {
  await keepRecord();
  expect(await watch().mustRunAgain(messages(), 0)).toBe(true);
});
