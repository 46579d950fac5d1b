import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CargoMessages, CompilerArtifact } from '../cargo/cargo-messages';
import { RUN_RECORDER } from '../cargo/linker-shim';
import { CAPTURE_VARIABLE } from '../cargo/linker-shim-script';
import type { CargoWorkspace } from '../cargo/metadata';
import { limaBuildHost } from '../lima/lima-build-host';
import { localGuest } from '../lima/test-support/local-guest';
import { binaryCopy } from './binary-copy';
import type { BuildCapture, BuildHost } from './build-host';
import { nativeBuildHost } from './native-build-host';
import { RUN_RECORDS_VARIABLE } from './run-records';

// A linker that writes into the output what it was given.
const LINKER = `#!/bin/sh
previous=
for argument; do [ "$previous" = -o ] && output=$argument; previous=$argument; done
printf '%s\\n' "$@" >"$output"
`;

let folder: string;
let host: BuildHost;
let close: () => Promise<void>;

function machine(name: string): void {
  if (name === 'this machine') {
    host = nativeBuildHost();
    close = () => Promise.resolve();
    return;
  }
  const guest = localGuest({
    PATH: environment()['PATH']!,
    HOME: join(folder, 'home'),
    TMPDIR: folder,
  });
  host = limaBuildHost(guest, {
    sources: 'copy',
    workspaceRoot: folder,
    cargoFolder: join(folder, 'ws'),
    environment: { RUSTFLAGS: '-g', DECLARED: 'yes', OTHER: 'no' },
    declaredVariables: ['DECLARED'],
  });
  close = () => guest.session.close();
}

function file(name: string, content = name): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function executable(name: string, content: string): string {
  const path = file(name, content);
  chmodSync(path, 0o755);
  return path;
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const environment = (): Record<string, string> => ({
  PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
});

describe.each(['this machine', 'a guest'])('on %s', (name) => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build host '));
    machine(name);
  });
  afterEach(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });

  function cargo(): CargoWorkspace {
    return { folder: join(folder, 'ws'), targetFolder: join(folder, 'ws/target'), packages: [] };
  }

  function openCapture(): Promise<BuildCapture> {
    executable('bin/cc', LINKER);
    return host.openCapture({
      cargo: cargo(),
      linkers: ['cc', 'missing-linker'],
      searchPath: environment()['PATH']!,
    });
  }

  test('programs run with just their environment, and tell how they ended', async () => {
    const script = 'printf out; printf err >&2; env | grep -c VARIABLE; pwd; exit 3';
    const end = await host.run({
      file: 'sh',
      args: ['-c', script],
      workingDirectory: folder,
      environment: { ...environment(), VARIABLE: 'a  b' },
    });
    expect(end).toMatchObject({ code: 3, notFound: false, stderr: 'err' });
    expect(end.stdout).toBe(`out1\n${folder}\n`);
    const program = { args: [], workingDirectory: folder, environment: environment() };
    expect(await host.run({ ...program, file: 'no-such-program' })).toMatchObject({
      notFound: true,
    });
  });

  test('files that are missing are left out, or told', async () => {
    const present = file('a file', 'text\n');
    const empty = file('empty', '');
    const missing = join(folder, 'missing');
    expect([...(await host.readTexts([present, missing, empty]))]).toEqual([
      [present, 'text\n'],
      [empty, ''],
    ]);
    expect(await host.digests([present])).toEqual([sha256('text\n')]);
    await expect(host.digests([present, missing])).rejects.toThrow('missing');
  });

  test('its clock is that of its files', async () => {
    const before = Date.now();
    const time = await host.now();
    expect(time).toBeGreaterThanOrEqual(before - 1);
    expect(time).toBeLessThanOrEqual(Date.now() + 1);
  });

  test('what is linked and run is recorded, and can be read here afterwards', async () => {
    const capture = await openCapture();
    expect(capture.shim.uncaptured).toEqual(['the linker missing-linker is not in the PATH']);
    await capture.begin();
    const object = file('deps/a b.o', 'object');
    const other = file('libs/libother.a', 'archive');
    const shared = file('libs/libshared.so', 'shared');
    const output = join(folder, 'deps/demo');
    const given = {
      ...environment(),
      PATH: `${capture.shim.folder}:${environment()['PATH']}`,
      CARGO_CRATE_NAME: 'demo',
      [CAPTURE_VARIABLE]: capture.links,
      [RUN_RECORDS_VARIABLE]: capture.runs,
    };
    const call = { workingDirectory: folder, environment: given };
    const args = [object, `-L${join(folder, 'libs')}`, '-lother', '-lshared', '-o', output];
    expect(await host.run({ ...call, file: 'cc', args })).toMatchObject({ code: 0 });
    const run = { ...call, file: RUN_RECORDER, args: [output, '--list'] };
    expect(await host.run(run)).toMatchObject({ code: 0 });
    // rustc removes its objects once they are linked.
    rmSync(object);

    const linked = readFileSync(output, 'utf8');
    const links = await capture.readLinks();
    expect([...links.keys()]).toEqual([sha256(linked)]);
    const [link] = [...links.values()];
    expect(link?.inputs.map(({ path }) => path)).toEqual([object, other]);
    const contents = link?.inputs.map((input) => readFileSync(input.file, 'utf8'));
    expect(contents).toEqual(['object', 'archive']);
    expect(link?.sharedLibraries).toEqual([shared]);
    expect(readFileSync(capture.locate(shared), 'utf8')).toBe('shared');
    expect(readFileSync(capture.locate(output), 'utf8')).toBe(linked);
    expect(await capture.readRuns()).toEqual([
      expect.objectContaining({ executable: output, workingDirectory: folder }),
    ]);

    await capture.begin();
    expect(await capture.readRuns()).toEqual([]);
    expect((await capture.readLinks()).size).toBe(1);
    await capture.dispose();
    expect(existsSync(dirname(capture.links))).toBe(false);
  });

  test('a unit’s stamp is found, with its text and time', async () => {
    const binary = file('ws/target/debug/deps/demo-0123456789abcdef', 'binary');
    const stamp = file('ws/target/debug/deps/demo-0123456789abcdef.d', 'demo: src/lib.rs\n');
    utimesSync(stamp, 1_000_000, 1_000_000.5);
    const printed = file('ws/target/debug/build/demo-1/output', 'cargo:rerun-if-changed=x\n');
    linkSync(binary, join(folder, 'ws/target/debug/demo'));
    const messages: CargoMessages = {
      artifacts: [artifact([join(folder, 'ws/target/debug/demo')])],
      buildScripts: [
        {
          packageId: 'registry+x#other@1.0.0',
          outDir: join(dirname(printed), 'out'),
          cfgs: [],
          environmentNames: [],
        },
      ],
    };
    mkdirSync(join(dirname(printed), 'out'));
    const left = await host.look(messages);
    expect(left.readText(stamp)).toBe('demo: src/lib.rs\n');
    expect(left.readText(printed)).toContain('rerun-if-changed');
    const status = left.status(stamp);
    expect(status?.mtimeNs).toBe(1_000_000_500_000_000n);
    expect(status!.madeNs).toBeLessThanOrEqual(status!.mtimeNs);
    expect(left.status(join(folder, 'ws/target/debug/deps'))).toBeUndefined();
    expect(left.list(dirname(stamp))).toEqual(expect.arrayContaining(['demo-0123456789abcdef.d']));
    expect(left.list(join(folder, 'nowhere'))).toEqual([]);
  });

  test('a binary is kept under its content, and found by it', async () => {
    const binary = file('deps/demo-1', 'first');
    const first = sha256('first');
    const beside = file('deps/demo-1.d', 'no copy');
    await host.keepCopy(binary, first);
    writeFileSync(binary, 'second');
    const second = sha256('second');
    expect(await host.findBinary(binary, first)).toBe(binaryCopy(binary, first));
    expect(await host.findBinary(binary, second)).toBe(binary);
    expect(await host.findBinary(binary, sha256('third'))).toBeUndefined();
    await host.keepCopy(binary, second);
    expect(await host.findBinary(binary, first)).toBeUndefined();
    expect(existsSync(beside)).toBe(true);
    writeFileSync(binaryCopy(binary, second), 'sEcond');
    expect(await host.findBinary(binary, second)).toBe(binary);
  });

  test('a binary goes with the file that cargo would put back', async () => {
    const linked = file('debug/deps/demo-1', 'binary');
    const other = file('debug/deps/other-1', 'binary');
    const binary = join(folder, 'debug/demo');
    linkSync(linked, binary);
    await host.removeBinary(binary);
    expect([binary, linked, other].map(existsSync)).toEqual([false, false, true]);
  });
});

describe('of a guest', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'build host '));
    machine('a guest');
  });
  afterEach(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('cargo gets what is for it, and a target folder on the guest’s disk', async () => {
    const given = await host.environment();
    expect(given).toMatchObject({ RUSTFLAGS: '-g', DECLARED: 'yes', HOME: join(folder, 'home') });
    expect(given).not.toHaveProperty('OTHER');
    expect(given['CARGO_TARGET_DIR']).toMatch(/\/home\/\.cache\/nx-cargo-test\/target\/[0-9a-f]+$/);
    expect(given['PATH']?.split(':').at(-1)).toBe(join(folder, 'home/.cargo/bin'));
  });

  test('each content comes here once', async () => {
    const capture = async (): Promise<readonly string[]> => {
      executable('bin/cc', LINKER);
      const opened = await host.openCapture({
        cargo: { folder: join(folder, 'ws'), targetFolder: join(folder, 'target'), packages: [] },
        linkers: ['cc'],
        searchPath: environment()['PATH']!,
      });
      await opened.begin();
      const args = [file('one.o', 'same'), file('two.o', 'same'), '-o', join(folder, 'out')];
      const PATH = `${opened.shim.folder}:${environment()['PATH']}`;
      await host.run({
        file: 'cc',
        args,
        workingDirectory: folder,
        environment: { PATH, CARGO_CRATE_NAME: 'demo', [CAPTURE_VARIABLE]: opened.links },
      });
      const [link] = [...(await opened.readLinks()).values()];
      await opened.dispose();
      return link!.inputs.map((input) => input.file);
    };
    const [one, two] = await capture();
    expect(one).toBe(two);
    const before = readdirSync(dirname(one!)).length;
    await capture();
    expect(readdirSync(dirname(one!))).toHaveLength(before);
  });

  test('sources that differ are named', async () => {
    const [same, stale] = [file('ws/src/lib.rs'), file('ws/src/stale.rs')];
    // As of a mount that still shows what was there before.
    const { stdout } = await host.run({
      ...{ file: 'sh', args: ['-c', 'command -v sha256sum'], workingDirectory: folder },
      environment: { PATH: process.env['PATH'] ?? '' },
    });
    const before = '0'.repeat(64);
    executable(
      'bin/sha256sum',
      `#!/bin/sh\n${stdout.trim()} "$@" | sed "/stale.rs/s/^[0-9a-f]*/${before}/"\n`,
    );
    expect(await host.differingSources([same, stale])).toEqual([stale]);
  });

  test('nothing of a capture is left when the shell ends', async () => {
    executable('bin/cc', LINKER);
    const capture = await host.openCapture({
      cargo: { folder: join(folder, 'ws'), targetFolder: join(folder, 'target'), packages: [] },
      linkers: ['cc'],
      searchPath: environment()['PATH']!,
    });
    await capture.begin();
    expect(existsSync(capture.links)).toBe(true);
    await close();
    const deadline = Date.now() + 10_000;
    while (existsSync(dirname(capture.links)) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(existsSync(dirname(capture.links))).toBe(false);
  });
});

function artifact(filenames: readonly string[]): CompilerArtifact {
  return {
    packageId: `path+file://${folder}/ws#demo@0.1.0`,
    manifestPath: join(folder, 'ws/Cargo.toml'),
    kinds: ['lib'],
    name: 'demo',
    sourceFile: join(folder, 'ws/src/lib.rs'),
    features: [],
    optimized: false,
    debugAssertions: true,
    isTest: true,
    filenames,
    executable: filenames[0],
    fresh: false,
  };
}
