import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDoctorEdges } from '../doctor/test-support/doctor-edges';
import { openLinkRecords, type LinkRecord } from '../build/link-records';
import { CargoTestError } from '../errors';
import { runCli } from './run-cli';
import { graphOf, recordOf, type LinkFixture } from './test-support/link-fixtures';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'nx-cargo-test-objects-')));
  await writeFile(join(root, 'nx.json'), '{}');
  await mkdir(join(root, 'crates', 'sample', 'src'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

async function cli(...args: string[]) {
  const text = { out: '', err: '' };
  const status = await runCli(['objects', ...args], {
    cwd: join(root, 'crates', 'sample', 'src'),
    environment: {},
    stdout: { write: (part) => (text.out += part) },
    stderr: { write: (part) => (text.err += part) },
    ledgerFolder: () => '',
    doctor: testDoctorEdges(),
    objects: {
      cargoProjects: () =>
        Promise.resolve(
          ['sample', 'other'].map((name) => ({
            name,
            folder: `crates/${name}`,
            package: name,
            cargoWorkspace: 'crates',
          })),
        ),
      buildFolder: (workspaceRoot, cargoWorkspace) =>
        Promise.resolve(join(workspaceRoot, cargoWorkspace, 'target')),
      loadGraph: ({ link }) =>
        link === 'gone'
          ? Promise.reject(new CargoTestError('NO_CAPTURED_LINK', 'its objects are gone'))
          : Promise.resolve(graphOf(link as LinkFixture)),
    },
  });
  return { status, ...text };
}

const jsonOf = ({ out }: { readonly out: string }): unknown => JSON.parse(out);

async function record(...records: LinkRecord[]): Promise<void> {
  for (const each of records) await openLinkRecords(join(root, 'crates', 'target')).write(each);
}

function library(length: string, tests: Readonly<Record<string, string>>): LinkFixture {
  return {
    pieces: [
      { path: 'sample::io::tests::reads', refersTo: ['sample::io::read'] },
      { path: 'sample::io::tests::grows', refersTo: ['sample::arena::Arena<T>::grow'] },
      { path: 'sample::arena::tests::inserts', refersTo: ['sample::arena::Arena<T>::grow'] },
      { path: 'sample::arena::Arena<T>::grow', refersTo: ['sample::arena::len', 'memcpy'] },
      { path: 'sample::arena::len', content: length },
      { path: 'sample::io::read', refersTo: ['core::fmt::write', 'BUFFERS'] },
      { path: 'BUFFERS', kind: 'static', object: 'libc_part.a(buffers.o)' },
      { path: 'core::fmt::write', object: '/lib/rustlib/x/lib/libcore-1.rlib(core.o)' },
      { path: 'itoa::format', object: '/deps/libitoa-0123456789abcdef.rlib(itoa.o)' },
      { path: 'sample::set_up', refersTo: ['itoa::format'] },
    ],
    tests,
    shared: ['sample::set_up'],
  };
}

const fingerprints = (arena: string): Record<string, string> => ({
  'io::tests::reads': 'reads',
  'io::tests::grows': `grows ${arena}`,
  'arena::tests::inserts': `inserts ${arena}`,
});

const before = recordOf(library('1', fingerprints('1')));
const after = recordOf(library('2', fingerprints('2')), {
  sha256: 'b'.repeat(64),
  linkedAt: '2026-11-23T10:05:00.000Z',
  localChanges: true,
});
const integration = recordOf(
  {
    pieces: [
      { path: 'sample::spawns', refersTo: ['sample::io::read'] },
      { path: 'sample::io::read' },
    ],
    tests: { spawns: 'spawns' },
  },
  {
    binary: { package: 'sample', kind: 'test', name: 'spawn' },
    sha256: 'c'.repeat(64),
    tests: ['hidden', 'spawns'],
  },
);

const AFTER = 'bbbbbbbbbbbb (1a2b3c4 + local changes, 2026-11-23 10:05 UTC)';
const BEFORE = 'aaaaaaaaaaaa (1a2b3c4, 2026-11-23 10:00 UTC)';

describe('reach', () => {
  it('lists tests by binary and module', async () => {
    await record(before, after, integration);
    expect(await cli('reach', 'Arena::grow', '--binary', 'lib')).toEqual({
      status: 0,
      err: '',
      out: [
        `lib:sample, ${AFTER}`,
        '  sample::arena::Arena<T>::grow',
        '  reached by 2 of 3 tests',
        '    arena: 1 of 1',
        '      arena::tests::inserts',
        '    io: 1 of 2',
        '      io::tests::grows',
        '',
      ].join('\n'),
    });
    const { out } = await cli('reach', 'io::*');
    expect(out).toContain(
      [
        'test:spawn, cccccccccccc (1a2b3c4, 2026-11-23 10:00 UTC)',
        '  sample::io::read',
        '  reached by 1 of 2 tests',
        '    (root): 1 of 2',
        '      spawns',
        '  not known of 1 test, which depend on the whole binary',
        '      hidden',
      ].join('\n'),
    );
  });

  it('tells what every test reaches', async () => {
    await record(before);
    const { out } = await cli('reach', 'itoa::format');
    expect(out).toMatch(/reached by 3 of 3 tests\n {2}belongs to every test: .*\n$/);
  });

  it('prints JSON', async () => {
    await record(after, integration);
    expect(jsonOf(await cli('reach', 'grow', '--json'))).toEqual([
      {
        package: 'sample',
        binary: 'lib:sample',
        sha256: after.sha256,
        linkedAt: after.linkedAt,
        commit: after.commit,
        localChanges: true,
        matches: [{ path: 'sample::arena::Arena<T>::grow', instances: 1 }],
        belongsToEveryTest: false,
        modules: [
          { module: 'arena', tests: ['arena::tests::inserts'] },
          { module: 'io', tests: ['io::tests::grows'] },
        ],
        reached: 2,
        listed: 3,
        unknown: [],
      },
      expect.objectContaining({
        binary: 'test:spawn',
        matches: [],
        reached: 0,
        unknown: ['hidden'],
      }),
    ]);
  });

  it('proposes similar names where nothing matches', async () => {
    await record(before);
    const { status, out, err } = await cli('reach', 'Arena::gorw');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toBe(
      'UNKNOWN_FUNCTION: no function or static Arena::gorw is in what the tests of lib:sample reach; similar: sample::arena::Arena<T>::grow\n',
    );
    expect((await cli('reach', 'xyzzyx')).err).toMatch(/ reach\n$/);
  });
});

describe('why', () => {
  it('tells the way from a test to a function', async () => {
    await record(before);
    expect((await cli('why', 'inserts', 'len')).out).toBe(
      [
        `arena::tests::inserts in lib:sample, ${BEFORE}`,
        '  [test]  (.rodata, sample.rcgu.o)',
        '  sample::arena::tests::inserts  (.text, sample.rcgu.o)',
        '  sample::arena::Arena<T>::grow  (.text, sample.rcgu.o)',
        '  sample::arena::len  (.text, sample.rcgu.o)',
        '',
      ].join('\n'),
    );
    expect((await cli('why', 'inserts', 'format')).out).toMatch(
      /every test does:\n {2}sample::set_up .*\n {2}itoa::format {2}\(\.text, libitoa-0123456789abcdef\.rlib\(itoa\.o\)\)\n$/,
    );
    expect(jsonOf(await cli('why', 'inserts', 'len', '--json'))).toMatchObject({
      test: 'arena::tests::inserts',
      sharedByAllTests: false,
      path: [
        { kind: 'constant' },
        { kind: 'function', path: 'sample::arena::tests::inserts' },
        { path: 'sample::arena::Arena<T>::grow', section: '.text.sample::arena::Arena<T>::grow' },
        { path: 'sample::arena::len', object: '/target/debug/deps/sample.rcgu.o', bytes: 10 },
      ],
    });
  });

  it('tells what a test reaches and why its fingerprint changed', async () => {
    await record(before, after);
    expect((await cli('why', 'io::tests::grows')).out).toBe(
      [
        `io::tests::grows in lib:sample, ${AFTER}`,
        '  fingerprint grows 2',
        '  reaches           functions  statics  constants  bytes',
        '  package           3          0        0          30',
        '  dependencies      0          0        0          0',
        '  standard library  0          0        0          0',
        '  other             0          0        1          10',
        '  every test        2          0        0          20',
        `  its code changed since ${BEFORE}`,
        '  nearest change: sample::arena::len (function) has other content',
        '  [test]  (.rodata, sample.rcgu.o)',
        '  sample::io::tests::grows  (.text, sample.rcgu.o)',
        '  sample::arena::Arena<T>::grow  (.text, sample.rcgu.o)',
        '  sample::arena::len  (.text, sample.rcgu.o)',
        '',
      ].join('\n'),
    );
    expect((await cli('why', 'reads')).out).toMatch(
      /\n {2}standard library +1 +0.*\n {2}other +0 +1 +1 .*\n.*\n {2}nothing of it changed since aaaa/,
    );
    expect(jsonOf(await cli('why', 'grows', '--json'))).toMatchObject({
      fingerprint: 'grows 2',
      reaches: { package: { functions: 3, statics: 0, constants: 0, bytes: 30 } },
      everyTestReaches: { functions: 2 },
      previous: { sha256: before.sha256 },
      difference: {
        kind: 'changed',
        cause: { change: { kind: 'content', path: 'sample::arena::len', instances: 1 } },
      },
    });
  });

  it('says that there is nothing to compare with, or that nothing is known', async () => {
    await record(before, integration);
    expect((await cli('why', 'reads')).out).toMatch(/no link before this one was recorded\n$/);
    expect((await cli('why', 'hidden')).out).toMatch(
      /\n {2}it is not known what it reaches, so it depends on the whole binary\n$/,
    );
    expect(jsonOf(await cli('why', 'hidden', 'read', '--json'))).toMatchObject({ unknown: true });
  });

  it('tells the rest where the link before cannot be read', async () => {
    await record({ ...before, link: 'gone' }, after);
    const { status, out } = await cli('why', 'grows');
    expect(status).toBe(0);
    expect(out).toMatch(/\n {2}not compared with the link before: its objects are gone\n$/);
    expect((await cli('diff')).err).toBe('NO_CAPTURED_LINK: its objects are gone\n');
  });

  it('fails for tests that are not there or not the only ones, and functions out of reach', async () => {
    const twin = recordOf(
      { pieces: [{ path: 'sample::inserts' }], tests: { 'a::inserts': '1' } },
      { binary: { package: 'sample', kind: 'test', name: 'twin' } },
    );
    await record(before, twin);
    const errors = [
      await cli('why', 'insert'),
      await cli('why', 'inserts'),
      await cli('why', 'reads', 'len'),
      await cli('why', 'reads', 'nothing'),
    ].map(({ status, out, err }) => `${status}${out} ${err}`);
    expect(errors).toEqual([
      '1 UNKNOWN_TEST: there is no test insert in lib:sample, test:twin; similar: a::inserts, arena::tests::inserts\n',
      '1 UNCLEAR_SELECTION: several tests are called inserts; name one of:\n  arena::tests::inserts --binary=lib:sample\n  a::inserts --binary=test:twin\n',
      '1 UNKNOWN_FUNCTION: io::tests::reads does not reach len\n',
      expect.stringMatching(/^1 UNKNOWN_FUNCTION: no function or static nothing /),
    ]);
    expect((await cli('why', 'inserts', '--binary', 'twin')).status).toBe(0);
  });
});

describe('diff', () => {
  const WAY = '[…] > sample::arena::Arena<T>::grow > sample::arena::len';
  const way = (test: string): string => WAY.replace('[…]', `sample::${test}`);

  it('tells what changed between the last two links, and which tests that touches', async () => {
    await record(before, after, integration);
    expect(await cli('diff')).toEqual({
      status: 0,
      err: '',
      out: [
        `lib:sample: ${BEFORE} to ${AFTER}`,
        '  sample::arena::len (function) has other content',
        '  2 of 3 tests touched',
        '  by sample::arena::len (function) has other content: 2 tests',
        `    arena::tests::inserts: ${way('arena::tests::inserts')}`,
        `    io::tests::grows: ${way('io::tests::grows')}`,
        '',
      ].join('\n'),
    });
    expect(jsonOf(await cli('diff', '--json'))).toMatchObject([
      {
        before: { sha256: before.sha256 },
        after: { sha256: after.sha256 },
        changes: [{ kind: 'content', path: 'sample::arena::len', what: 'function', instances: 1 }],
        listed: 3,
        tests: [{ test: 'arena::tests::inserts', kind: 'changed' }, { test: 'io::tests::grows' }],
      },
    ]);
  });

  it('compares links that are named', async () => {
    const later = { ...after, sha256: 'd'.repeat(64), linkedAt: '2026-11-23T11:00:00.000Z' };
    await record(before, after, { ...later, commit: '9'.repeat(40) });
    expect((await cli('diff')).out).toMatch(
      /to dddd.*\n {2}no function.*\n {2}0 of 3 tests touched\n$/,
    );
    expect((await cli('diff', 'aaaa')).out).toMatch(/^lib:sample: aaaa.* to dddd/);
    expect((await cli('diff', 'aaaa', 'bb')).out).toMatch(/^lib:sample: aaaa.* to bbbb/);
    expect((await cli('diff', 'bb', '99999')).out).toMatch(/^lib:sample: bbbb.* to dddd/);
    const errors = await Promise.all([
      cli('diff', '1a2b3c4'),
      cli('diff', 'eee'),
      cli('diff', 'dd'),
    ]);
    expect(errors.map(({ status }) => status)).toEqual([1, 1, 1]);
    expect(errors[0].err).toBe(
      `UNCLEAR_SELECTION: several links of lib:sample are called 1a2b3c4; name one by its first word:\n  ${AFTER}\n  ${BEFORE}\n`,
    );
    expect(errors[1].err).toMatch(
      /^UNCLEAR_SELECTION: no binary has .* eee would name; there are:\n/,
    );
    expect(errors[1].err).toContain(`\n  lib:sample  ${BEFORE}\n`);
  });

  it('needs two links', async () => {
    await record(before, integration);
    const { status, err } = await cli('diff');
    expect(status).toBe(1);
    expect(err).toMatch(/^NO_CAPTURED_LINK: no binary was linked twice.*\n {2}lib:sample {2}aaaa/);
  });

  it('shortens long lists for people only', async () => {
    const many = (content: string): LinkFixture => ({
      pieces: Array.from({ length: 40 }, (_, index) => ({ path: `sample::f${index}`, content })),
      tests: {},
    });
    await record(recordOf(many('1')), { ...after, link: many('2') });
    const { out } = await cli('diff');
    expect(out.split('\n').filter((line) => line.includes('has other'))).toHaveLength(30);
    expect(out).toContain('  and 10 more, which --json lists\n');
    expect(jsonOf(await cli('diff', '--json'))).toMatchObject([{ changes: { length: 40 } }]);
  });
});

describe('dump', () => {
  it('prints a JSON object for the link, for each test and each node', async () => {
    await record(before);
    const lines = (await cli('dump')).out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(lines.map(({ type }) => type)).toEqual([
      'link',
      ...Array<string>(3).fill('test'),
      ...Array<string>(13).fill('node'),
    ]);
    expect(lines[0]).toMatchObject({ sha256: before.sha256, sharedRoots: [9] });
    expect(lines[1]).toMatchObject({ test: 'io::tests::reads', root: 10, fingerprint: 'reads' });
    expect(lines[7]).toMatchObject({
      id: 3,
      path: 'sample::arena::Arena<T>::grow',
      isWritable: false,
      targets: [4, -1],
      outside: ['memcpy'],
    });
  });

  it('prints only what a test reaches, and Graphviz', async () => {
    await record(before, integration);
    const { out } = await cli('dump', '--test', 'inserts', '--format', 'dot');
    expect(out).toBe(
      [
        'digraph "lib:sample" {',
        '  rankdir=LR;',
        '  n2 [shape=box, label="sample::arena::tests::inserts"]; n2 -> n3;',
        '  n3 [shape=box, label="sample::arena::Arena<T>::grow"]; n3 -> n4;',
        '  n4 [shape=box, label="sample::arena::len"];',
        '  n8 [shape=box, label="itoa::format"];',
        '  n9 [shape=box, label="sample::set_up"]; n9 -> n8;',
        '  n12 [shape=plain, label="test arena::tests::inserts"]; n12 -> n2;',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('needs one binary and a known test', async () => {
    await record(before, integration);
    const errors = [
      await cli('dump'),
      await cli('dump', '--test', 'hidden'),
      await cli('dump', '--test', 'x'),
    ];
    expect(errors.map(({ err }) => err)).toEqual([
      'UNCLEAR_SELECTION: several test binaries are meant; name one of:\n  --binary=lib:sample\n  --binary=test:spawn\n',
      'UNKNOWN_TEST: it is not known what hidden reaches\n',
      expect.stringMatching(/^UNKNOWN_TEST: there is no test x /),
    ]);
    expect((await cli('dump', '--binary', 'spawn')).status).toBe(0);
  });
});

test('what was not captured, or not selected, is an error with a remedy', async () => {
  expect((await cli('diff')).err).toBe(
    'NO_CAPTURED_LINK: no link of sample was recorded; run nx run sample:build-tests --skip-nx-cache\n',
  );
  await record(before);
  expect((await cli('reach', 'x', '--binary', 'test:no')).err).toBe(
    'UNCLEAR_SELECTION: sample has no test binary test:no; name one of:\n  --binary=lib:sample\n',
  );
  expect((await cli('reach', 'x', '--project', 'no')).err).toMatch(
    /^UNCLEAR_SELECTION: .*\n.*--project=other/,
  );
  expect((await cli('reach', 'x', '--package', 'other')).err).toMatch(
    /^NO_CAPTURED_LINK: .* other /,
  );
});

test('a damaged record is told and costs nothing else', async () => {
  await record(before, after);
  const folder = join(root, 'crates', 'target', 'links', 'sample', 'lib%3Asample');
  await writeFile(join(folder, `${after.sha256}.json`), '{');
  const { status, out, err } = await cli('reach', 'len');
  expect(status).toBe(0);
  expect(out).toContain(BEFORE);
  expect(err).toMatch(/^warning: .* is not JSON; the file is ignored\n$/);
});

test.each([
  [['reach']],
  [['why']],
  [['diff', 'a', 'b', 'c']],
  [['dump', '--format', 'xml']],
  [['no-such-command']],
])('wrong usage %j ends with 2', async (args) => {
  const { status, out, err } = await cli(...args);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).not.toBe('');
});
