import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDoctorEdges } from '../doctor/test-support/doctor-edges';
import type { LedgerRecord } from '../ledger/ledger-record';
import { openLedgerStore } from '../ledger/ledger-store';
import { runCli } from './run-cli';
import { failureOf, passOf } from './test-support/ledger-records';
import { NO_OBJECTS } from './test-support/link-fixtures';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'nx-cargo-test-cli-')));
  await writeFile(join(root, 'nx.json'), '{}');
  await mkdir(join(root, 'crates', 'a'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const folder = (): string => join(root, 'data', 'ledger');

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function cli(...args: string[]): Promise<Ended> {
  return cliIn(join(root, 'crates', 'a'), ...args);
}

async function cliIn(cwd: string, ...args: string[]): Promise<Ended> {
  const text = { out: '', err: '' };
  const status = await runCli(args, {
    cwd,
    environment: {},
    stdout: { write: (part) => (text.out += part) },
    stderr: { write: (part) => (text.err += part) },
    ledgerFolder: (workspaceRoot) => join(workspaceRoot, 'data', 'ledger'),
    doctor: testDoctorEdges(),
    objects: NO_OBJECTS,
  });
  return { status, ...text };
}

async function record(...records: LedgerRecord[]): Promise<void> {
  await openLedgerStore(folder()).importRecords(records);
}

/** Flips the last letter of the only file whose name ends so, and returns its name. */
async function damage(ending: string): Promise<string> {
  const [name, ...others] = (await readdir(folder())).filter((file) => file.endsWith(ending));
  expect(others).toEqual([]);
  const text = await readFile(join(folder(), name!), 'utf8');
  await writeFile(join(folder(), name!), `${text.slice(0, -4)}x${text.slice(-3)}`);
  return name!;
}

const jsonOf = ({ out }: Ended): Record<string, unknown>[] =>
  JSON.parse(out) as Record<string, unknown>[];

const reuses = passOf('arena::reuses');
const grows = passOf('arena::grows', { localChanges: true, seconds: 1 });
const spawns = passOf('spawns', { test: { binary: 'test:spawn' } });
const other = passOf('arena::reuses', { test: { package: 'other', cargoWorkspace: 'crates/a' } });

describe('ls', () => {
  it('has a line for each test and key, sorted, and a summary', async () => {
    const { commit: _, ...unversioned } = passOf('arena::uncommitted');
    const { seconds: __, ...untimed } = unversioned;
    await record(other, spawns, failureOf(grows, 'f1'), grows, reuses, untimed);
    expect(await cli('ledger', 'ls')).toEqual({
      status: 0,
      err: '',
      out: [
        'revoked   glommio  lib:glommio  arena::grows        1a2b3c4 + local changes  2026-11-23 10:00 UTC  1.00 s  linux 6.1 x64, native',
        'reusable  glommio  lib:glommio  arena::reuses       1a2b3c4                  2026-11-23 10:00 UTC  0.25 s  linux 6.1 x64, native',
        'reusable  glommio  lib:glommio  arena::uncommitted  no commit                2026-11-23 10:00 UTC          linux 6.1 x64, native',
        'reusable  glommio  test:spawn   spawns              1a2b3c4                  2026-11-23 10:00 UTC  0.25 s  linux 6.1 x64, native',
        'reusable  other    lib:glommio  arena::reuses       1a2b3c4                  2026-11-23 10:00 UTC  0.25 s  linux 6.1 x64, native',
        '5 entries of 5 tests: 4 reusable, 1 revoked',
        '',
      ].join('\n'),
    });
  });

  it('tells packages of one name apart', async () => {
    const twin = passOf('arena::reuses', { test: { cargoWorkspace: 'crates/b' } });
    await record(reuses, twin, other);
    const packages = (await cli('ledger', 'ls')).out.matchAll(/^reusable {2}(.+?) {2,}/gm);
    expect(Array.from(packages, ([, name]) => name)).toEqual([
      'glommio (.)',
      'glommio (crates/b)',
      'other',
    ]);
  });

  it('narrows the list down', async () => {
    await record(reuses, grows, other);
    const { out } = await cli('ledger', 'ls', '--package', 'glommio', '--test', 'reuse');
    expect(out).toMatch(/^reusable +glommio +lib:glommio +arena::reuses .*\n1 entry of 1 test: 1/);
    expect((await cli('ledger', 'ls', '--test', 'nothing')).out).toBe(
      'The ledger knows no such test.\n',
    );
  });

  it('prints JSON', async () => {
    const failure = failureOf(grows, 'f1', 'killed after 300 s');
    await record(reuses, grows, failure);
    const { commit, at, machine } = reuses;
    expect(jsonOf(await cli('ledger', 'ls', '--json'))).toEqual([
      expect.objectContaining({
        state: 'revoked',
        test: 'arena::grows',
        revokedBy: [
          { id: 'f1', why: 'killed after 300 s', commit, localChanges: true, at, machine },
        ],
      }),
      {
        state: 'reusable',
        cargoWorkspace: '.',
        package: 'glommio',
        binary: 'lib:glommio',
        test: 'arena::reuses',
        key: reuses.key,
        parts: reuses.parts,
        passed: { commit, localChanges: false, at, seconds: 0.25, machine },
        revokedBy: [],
        superseded: [],
      },
    ]);
  });

  it('shows an empty ledger as empty', async () => {
    expect(await cli('ledger', 'ls')).toEqual({
      status: 0,
      out: 'The ledger knows no test.\n',
      err: '',
    });
    expect((await cli('ledger', 'ls', '--json')).out).toBe('[]\n');
  });

  it('says what revokes everything', async () => {
    await record(reuses, failureOf(grows, 'f1'));
    const name = await damage('.failures.json');
    const { out, err, status } = await cli('ledger', 'ls');
    expect(status).toBe(0);
    expect(err).toContain(`warning: ${name} is damaged`);
    expect(out).toMatch(/^revoked +glommio +lib:glommio +arena::reuses/);
    expect(out).toContain('note: 1 entry revoked until the whole module passes again: ' + name);
  });

  it('lets no record write to the terminal what it likes', async () => {
    await record(passOf('a\u001b[2Jb\nc', { machine: '\u009b31m' }));
    const { out } = await cli('ledger', 'ls');

    expect(out.replaceAll('\n', '')).not.toMatch(/[\0-\x1f\x7f-\x9f]/);
    expect(out.split('\n')).toHaveLength(3);
  });
});

describe('show', () => {
  it('tells all of a test, key by key', async () => {
    const changed = passOf('arena::reuses', {
      parts: { code: 'code-2' },
      at: '2026-11-24T10:00:00.000Z',
      supersedes: ['f1'],
    });
    const slow = passOf('arena::reuses', {
      parts: { code: 'code-2', options: 'killed after 9 s, usual threads' },
      at: '2026-11-25T10:00:00.000Z',
    });
    await record(reuses, changed, failureOf(changed, 'f1'), slow, failureOf(slow, 'f2', 'killed'));
    const { out, status } = await cli('ledger', 'show', 'arena::reuses');
    expect(status).toBe(0);
    expect(out).toBe(
      [
        'arena::reuses in lib:glommio of the package glommio',
        '',
        `reusable, key ${reuses.key}`,
        '  passed      1a2b3c4, 2026-11-23 10:00 UTC, linux 6.1 x64, native, 0.25 s',
        '  code        code-1',
        '  inputs      inputs-1',
        '  machine     machine-1',
        '  options     killed after 300 s, usual threads',
        '',
        `reusable, key ${changed.key}`,
        '  passed      1a2b3c4, 2026-11-24 10:00 UTC, linux 6.1 x64, native, 0.25 s',
        '  superseded  failed: 1a2b3c4, 2026-11-24 10:00 UTC, linux 6.1 x64, native (f1)',
        '  code        code-2',
        '  inputs      inputs-1',
        '  machine     machine-1',
        '  options     killed after 300 s, usual threads',
        '  compared    its code changed since the pass above',
        '',
        `revoked, key ${slow.key}`,
        '  passed      1a2b3c4, 2026-11-25 10:00 UTC, linux 6.1 x64, native, 0.25 s',
        '  revoked     killed: 1a2b3c4, 2026-11-25 10:00 UTC, linux 6.1 x64, native (f2)',
        '  code        code-2',
        '  inputs      inputs-1',
        '  machine     machine-1',
        '  options     killed after 9 s, usual threads',
        '  compared    an option or argument changed since the pass above',
        '',
      ].join('\n'),
    );
  });

  it('tells of each test with the name, or of one package’s', async () => {
    await record(reuses, other);
    const headings = ({ out }: Ended): string[] =>
      out.split('\n').filter((line) => line.startsWith('arena'));
    expect(headings(await cli('ledger', 'show', 'arena::reuses'))).toEqual([
      'arena::reuses in lib:glommio of the package glommio',
      'arena::reuses in lib:glommio of the package other of the Cargo workspace crates/a',
    ]);
    const ofOther = await cli('ledger', 'show', 'arena::reuses', '--package', 'other', '--json');
    expect(jsonOf(ofOther).map((entry) => entry['package'])).toEqual(['other']);
  });

  it('tells of a test that only failed', async () => {
    await record(failureOf(reuses, 'f1'));
    const { out } = await cli('ledger', 'show', 'arena::reuses');
    expect(out).toContain(`revoked, key ${reuses.key}\n  revoked     failed: 1a2b3c4`);
  });

  it('refuses an unknown test and proposes others', async () => {
    await record(reuses, grows);
    expect(await cli('ledger', 'show', 'arena')).toEqual({
      status: 1,
      out: '',
      err: 'UNKNOWN_TEST: the ledger knows no test arena; it knows arena::grows, arena::reuses\n',
    });
  });
});

describe('forget', () => {
  const states = async (): Promise<unknown[]> =>
    jsonOf(await cli('ledger', 'ls', '--json')).map(({ state, test, package: of }) =>
      [state, of, test].join(' '),
    );

  it('forgets a test under all of its keys, and no other', async () => {
    await record(reuses, passOf('arena::reuses', { parts: { code: 'code-2' } }), grows, other);
    const { out, status } = await cli('ledger', 'forget', 'arena::reuses', '--package', 'glommio');
    expect(status).toBe(0);
    expect(out).toMatch(/^Forgot that 1 test passed \(2 entries\)\.\n/);
    expect((await states()).filter((state) => String(state).startsWith('reusable'))).toEqual([
      'reusable glommio arena::grows',
      'reusable other arena::reuses',
    ]);
    expect((await cli('ledger', 'forget', 'arena::reuses', '--package', 'glommio')).out).toBe(
      'No test was reusable.\n',
    );
  });

  it('forgets nothing when one of the tests is unknown', async () => {
    await record(reuses, grows);
    const { status, err } = await cli('ledger', 'forget', 'arena::reuses', 'arena::growths');
    expect({ status, err }).toEqual({
      status: 1,
      err: 'UNKNOWN_TEST: the ledger knows no test arena::growths\n',
    });
    expect(await states()).toEqual([
      'reusable glommio arena::grows',
      'reusable glommio arena::reuses',
    ]);
  });

  it('forgets everything, and mends a damaged ledger by that', async () => {
    await record(reuses, grows, failureOf(spawns, 'f1'));
    await damage('.failures.json');
    expect((await cli('ledger', 'verify')).status).toBe(1);
    expect(await cli('ledger', 'forget', '--all')).toMatchObject({
      status: 0,
      out: 'Forgot all that was known; no test was reusable.\n',
    });
    expect(await states()).toEqual([]);
    expect((await cli('ledger', 'verify')).status).toBe(0);
    await record(reuses);
    expect(await states()).toEqual(['revoked glommio arena::reuses']);
  });

  it('forgets a package', async () => {
    await record(reuses, grows, other);
    const { out } = await cli('ledger', 'forget', '--all', '--package', 'glommio');
    expect(out).toMatch(/^Forgot that 2 tests passed \(2 entries\)\.\n/);
    expect(await cli('ledger', 'forget', '--all', '--package', 'glomio')).toMatchObject({
      status: 1,
      err: 'UNKNOWN_TEST: the ledger knows no test of glomio\n',
    });
    expect((await states()).filter((state) => String(state).startsWith('reusable'))).toEqual([
      'reusable other arena::reuses',
    ]);
  });
});

describe('export and import', () => {
  const exported = (): string => join(root, 'crates', 'a', 'ledger.export');

  it('carry a ledger over, failures included, and do so once only', async () => {
    await record(reuses, grows, failureOf(grows, 'f1'));
    const before = await cli('ledger', 'ls', '--json');
    expect(await cli('ledger', 'export', 'ledger.export')).toEqual({
      status: 0,
      out: 'Exported 2 passes and 1 revocation to ledger.export.\n',
      err: '',
    });
    await rm(folder(), { recursive: true });
    expect((await cli('ledger', 'import', 'ledger.export')).out).toBe(
      'Imported 2 passes and 1 revocation from ledger.export.\n',
    );
    expect(await cli('ledger', 'ls', '--json')).toEqual(before);
    const files = await readdir(folder());
    expect((await cli('ledger', 'import', 'ledger.export')).out).toBe(
      'Imported 0 passes and 0 revocations from ledger.export; 3 records known already.\n',
    );
    expect(await readdir(folder())).toEqual(files);
  });

  it('leave behind what was forgotten with everything else, and revoke nothing elsewhere', async () => {
    await record(reuses);
    await cli('ledger', 'forget', '--all');
    await record(grows);
    await cli('ledger', 'export', 'ledger.export');
    await rm(folder(), { recursive: true });
    await record(reuses);
    await cli('ledger', 'import', 'ledger.export');
    const entries = jsonOf(await cli('ledger', 'ls', '--json', '--test', 'reuses'));
    expect(entries.map(({ state }) => state)).toEqual(['reusable']);
  });

  it('never bring back what failed since', async () => {
    await record(reuses);
    await cli('ledger', 'export', 'ledger.export');
    await record(failureOf(reuses, 'f1'));
    await cli('ledger', 'import', 'ledger.export');
    expect(jsonOf(await cli('ledger', 'ls', '--json'))[0]).toMatchObject({ state: 'revoked' });
  });

  it('replace an earlier export and leave nothing else behind', async () => {
    await symlink(exported(), join(root, 'link'));
    await record(reuses);
    await cli('ledger', 'export', 'ledger.export');
    await record(grows);
    await cliIn(root, 'ledger', 'export', 'link');
    expect((await cli('ledger', 'import', exported())).out).toContain('2 records known already');
    expect((await readdir(root)).sort()).toEqual(['crates', 'data', 'link', 'nx.json']);
    expect(await readdir(join(root, 'crates', 'a'))).toEqual(['ledger.export']);
  });

  it('refuse a file with any byte changed or missing', async () => {
    await record(reuses, failureOf(grows, 'f1'));
    await cli('ledger', 'export', 'ledger.export');
    const sound = await readFile(exported());
    const ends = Array.from({ length: 40 }, (_, step) => Math.floor((sound.length * step) / 40));
    for (const end of ends) {
      const flipped = Buffer.from(sound);
      flipped[end]! ^= 1;
      for (const bytes of [flipped, sound.subarray(0, end)]) {
        await writeFile(exported(), bytes);
        const { status, err, out } = await cli('ledger', 'import', 'ledger.export');
        expect({ status, out }).toEqual({ status: 1, out: '' });
        expect(err).toMatch(/^INVALID_FILE: ledger\.export is no sound export, nothing was/);
      }
    }
    await writeFile(exported(), Buffer.concat([sound, sound]));
    expect((await cli('ledger', 'import', 'ledger.export')).status).toBe(1);
  });

  it('say which file cannot be read or written', async () => {
    expect((await cli('ledger', 'import', 'absent')).err).toMatch(
      /^INVALID_FILE: absent cannot be read/,
    );
    expect((await cli('ledger', 'export', '../none/x')).err).toMatch(
      /^INVALID_FILE: \.\.\/none\/x cannot be written/,
    );
  });
});

describe('verify', () => {
  it('accepts a sound ledger, and one that is not there', async () => {
    expect(await cli('ledger', 'verify')).toEqual({
      status: 0,
      out: 'The ledger has no files.\n',
      err: '',
    });
    await record(reuses, grows, failureOf(grows, 'f1'));
    const { status, out, err } = await cli('ledger', 'verify');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^sound {2}\w+\.failures\.json +1 record\n/m);
    expect(out).toMatch(/^sound {2}\w+\.passes\.json +2 records\n/m);
  });

  it('names damaged and foreign files, what they mean and what mends it', async () => {
    await record(reuses, failureOf(grows, 'f1'));
    const passes = await damage('.passes.json');
    const failures = await damage('.failures.json');
    await writeFile(join(folder(), 'notes.txt'), 'x');
    const { status, out, err } = await cli('ledger', 'verify');
    expect(status).toBe(1);
    for (const name of [passes, failures]) expect(out).toContain(`damaged  ${name}`);
    expect(out).toMatch(/^foreign {2}notes\.txt /m);
    expect(err).toMatch(/^LEDGER_UNUSABLE: 3 of 3 files cannot be used:\n/);
    expect(err).toContain(`${failures}: it may have held any failure`);
    expect(err).toContain(`${passes}: its passes are lost`);
    expect(err).toContain('notes.txt: it is ignored');
    const json = await cli('ledger', 'verify', '--json');
    expect(json.status).toBe(1);
    expect(
      jsonOf(json)
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['damaged', 'damaged', 'foreign']);
  });
});

test('a ledger that cannot be read is not taken for an empty one', async () => {
  await mkdir(join(root, 'data'));
  await writeFile(folder(), 'a file where the folder should be');
  for (const args of [['ls'], ['verify'], ['forget', '--all'], ['export', 'x']]) {
    const { status, out, err } = await cli('ledger', ...args);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^LEDGER_UNUSABLE: .*ENOTDIR/);
  }
});

test('outside of an Nx workspace the commands say so', async () => {
  await rm(join(root, 'nx.json'));
  const { status, err } = await cli('ledger', 'ls');
  expect({ status, err }).toEqual({
    status: 1,
    err: `NO_WORKSPACE: there is no nx.json in ${join(root, 'crates', 'a')} or above it\n`,
  });
});

test.each([
  [['ledger', 'ls', '--no-such-option']],
  [['ledger', 'ls', 'extra']],
  [['ledger', 'show']],
  [['ledger', 'forget']],
  [['ledger', 'forget', 'a', '--all']],
  [['ledger', 'no-such-command']],
  [['ledger']],
  [[]],
])('wrong usage %j ends with 2 and changes nothing', async (args) => {
  await record(reuses);
  const { status, out, err } = await cli(...args);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).not.toBe('');
  expect((await cli('ledger', 'ls')).out).toContain('1 reusable');
});

test('help and version are no failures, wherever they are asked for', async () => {
  for (const args of [['--help'], ['ledger', '--help'], ['ledger', 'ls', '--help']]) {
    expect(await cliIn(tmpdir(), ...args)).toMatchObject({ status: 0, err: '' });
  }
  expect((await cli('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
