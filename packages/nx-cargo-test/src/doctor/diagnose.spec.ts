import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { diagnose, type DoctorEdges } from './diagnose';
import type { Finding } from './finding';
import { testDoctorEdges } from './test-support/doctor-edges';
import { findingOf, short } from './test-support/findings';
import { INSTANCE, writeLimactl } from './test-support/limactl';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'doctor-')));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

const git = (...args: string[]): Buffer => execFileSync('git', args, { cwd: root });
const CRATE = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n';
const SOUND = {
  'nx.json': '{"plugins": ["nx-cargo-test"]}',
  'crates/a/Cargo.toml': CRATE,
  'crates/a/src/lib.rs': '',
  'crates/a/Cargo.lock': 'version = 3\n',
  '.gitignore': 'target\n',
};

/** This machine, by other words of its environment. */
function edges(changes: Partial<DoctorEdges>, variables: Record<string, string> = {}): DoctorEdges {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:NX_|CI$)/.test(name)),
  );
  return testDoctorEdges({ environment: { ...environment, ...variables }, ...changes });
}

async function look(
  folder = 'crates/a',
  changes: Partial<DoctorEdges> = {},
  variables: Record<string, string> = {},
): Promise<readonly Finding[]> {
  const groups = await diagnose(edges(changes, variables), join(root, folder));
  return groups.flatMap(({ findings }) => findings);
}

test('a crate is looked at with its machine, toolchain and workspace, and nothing is written', async () => {
  write({ ...SOUND, 'crates/b/Cargo.toml': 'not TOML' });
  git('init', '--quiet');
  git('add', '.');
  const before = readdirSync(root, { recursive: true });
  const findings = await look();
  expect(readdirSync(root, { recursive: true })).toEqual(before);
  expect(short(findings)).toEqual(
    expect.arrayContaining([
      'runner ok',
      'cargo ok',
      'rustc ok',
      'linker ok',
      'limactl skipped',
      'plugin-options ok',
      'git ok',
      'cargo-workspace ok',
      'cargo-lock ok',
      'target-ignored ok',
    ]),
  );
  expect(findings.filter(({ check }) => check === 'cargo-workspace')).toHaveLength(1);
  expect(findings.filter(({ check }) => check === 'doctor')).toEqual([]);
});

test.each([
  ['git', 'tells'],
  ['git', 'does not tell'],
])(
  'from the root all Cargo workspaces are looked at where %s %s, and a broken one is named',
  async (_, tells) => {
    write({ ...SOUND, 'crates/b/Cargo.toml': '[package\n', 'target/c/Cargo.toml': CRATE });
    if (tells === 'tells') git('init', '--quiet');
    const found = (await look('.')).filter(({ check }) => check === 'cargo-workspace');
    expect(found.map(({ about, severity }) => `${about} ${severity}`)).toEqual([
      'crates/a ok',
      'crates/b problem',
    ]);
  },
);

test('a broken nx.json and a broken configuration of cargo are named, and the rest is looked at', async () => {
  write({ ...SOUND, 'nx.json': '{"plugins":', 'crates/a/.cargo/config.toml': 'linker = [' });
  const findings = await look();
  expect(findingOf(findings, 'plugin-options')).toMatchObject({
    severity: 'problem',
    found: expect.stringMatching(/^nx.json can't be read/),
  });
  expect(findingOf(findings, 'linker')).toMatchObject({
    severity: 'problem',
    found: expect.stringContaining('crates/a/.cargo/config.toml is not TOML'),
  });
  expect(short(findings)).toEqual(expect.arrayContaining(['git hint', 'node ok']));
});

test('without any program in the PATH each is named', async () => {
  write(SOUND);
  const findings = await look('crates/a', {}, { PATH: join(root, 'nothing') });
  expect(short(findings)).toEqual(
    expect.arrayContaining([
      'kernel problem',
      'cargo problem',
      'rustc problem',
      'linker problem',
      'git problem',
    ]),
  );
  expect(findings.filter(({ check }) => check === 'doctor')).toEqual([]);
});

test('a linker that starts and cannot link is found out, and nothing of the trial stays', async () => {
  write(SOUND);
  write({
    'bin/cc':
      '#!/bin/sh\n[ "$1" = --version ] && exec echo cc 1\necho "cannot find Scrt1.o" >&2\nexit 1\n',
  });
  chmodSync(join(root, 'bin/cc'), 0o755);
  mkdirSync(join(root, 'tmp'));
  const PATH = `${join(root, 'bin')}${delimiter}${process.env['PATH']}`;
  const own = process.env['TMPDIR'];
  process.env['TMPDIR'] = join(root, 'tmp');
  const findings = await look('crates/a', {}, { PATH }).finally(() => {
    if (own === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = own;
  });
  expect(findingOf(findings, 'linker')).toMatchObject({
    severity: 'problem',
    found: expect.stringContaining('cannot find Scrt1.o'),
  });
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
});

test('outside of an Nx workspace the machine is looked at', async () => {
  const findings = await look('.');
  expect(short(findings)).toEqual(
    expect.arrayContaining(['cargo ok', 'nx-workspace skipped', 'cargo-workspace skipped']),
  );
});

test('outside of an Nx workspace crates below are left alone', async () => {
  const { 'nx.json': _, ...crates } = SOUND as Record<string, string>;
  write(crates);
  expect(short(await look('.'))).toContain('cargo-workspace skipped');
  expect(findingOf(await look('crates/a'), 'cargo-workspace').severity).toBe('ok');
});

test('elsewhere than on Linux tests are built and run in Lima', async () => {
  write(SOUND);
  const findings = await look(
    'crates/a',
    { platform: 'darwin', architecture: 'arm64' },
    { PATH: '' },
  );
  expect(findingOf(findings, 'runner').found).toBe('lima: this host is darwin, not Linux');
  expect(short(findings)).toEqual(
    expect.arrayContaining(['host ok', 'limactl problem', 'cargo hint']),
  );
  expect(short(findings)).not.toContain('io-uring ok');
});

test('a runner that cannot be is named', async () => {
  write(SOUND);
  const findings = await look('crates/a', {}, { NX_CARGO_TEST_RUNNER: 'docker' });
  expect(findingOf(findings, 'runner')).toMatchObject({
    severity: 'problem',
    found: expect.stringContaining('expected auto, native, lima'),
  });
});

test('variables of the env files of the workspace count, as Nx reads them', async () => {
  write({ ...SOUND, '.env': 'NX_CACHE_FAILURES=true\nNX_CACHE_DIRECTORY=kept\n' });
  const findings = await look('crates/a', {}, { NX_CACHE_DIRECTORY: 'elsewhere' });
  expect(findingOf(findings, 'cache-failures').severity).toBe('hint');
  expect(findingOf(findings, 'cache').found).toBe('elsewhere (NX_CACHE_DIRECTORY)');
});

test('a running guest is looked at from within', async () => {
  const options = { runner: 'lima', limaInstance: INSTANCE };
  write({
    ...SOUND,
    'nx.json': JSON.stringify({ plugins: [{ plugin: 'nx-cargo-test', options }] }),
  });
  const PATH = `${writeLimactl(root, 'list-running')}${delimiter}${process.env['PATH']}`;
  const findings = await look('crates/a', { architecture: 'x64' }, { PATH });
  expect(short(findings)).toEqual(
    expect.arrayContaining(['limactl ok', 'lima-instance ok', 'guest-shell ok', 'guest-tools ok']),
  );
  expect(findingOf(findings, 'guest-nofile').found).toMatch(/^tests get \d+; a login has 1024, /);
  const inGuest = findings.filter(({ about }) => about === `guest ${INSTANCE}`);
  expect(inGuest.map(({ check }) => check)).toEqual(
    expect.arrayContaining(['kernel', 'io-uring', 'memlock', 'memory', 'disk']),
  );
});
