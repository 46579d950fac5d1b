import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnTalkingWithNode, spawnWithNode } from '../process/test-support/spawn-with-node';
import { fakePlan } from '../run/test-support/fake-leaf';
import { createGuestFiles, type GuestFiles } from './guest-files';
import { openGuestShell, type GuestShell } from './guest-shell';
import type { LimaSources } from './lima-sources';
import { listSources, packSources } from './source-files';

// The guest is a shell here with a home of its own, and `here` stands for the host's folder `crate`.
let root: string;
let shell: GuestShell;
let said: string[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'guest-files-'));
  mkdirSync(join(root, 'home'));
  mkdirSync(join(root, 'here'));
  writeFileSync(join(root, 'here/data'), 'one');
  utimesSync(join(root, 'here/data'), 1, 1);
  writeFileSync(join(root, 'binary'), 'compiled');
  said = [];
  shell = await open(process.env['PATH'] ?? '');
});

afterEach(async () => {
  await shell.close();
  rmSync(root, { recursive: true });
});

function open(path: string): Promise<GuestShell> {
  return openGuestShell(spawnTalkingWithNode, ([file = '', ...args]) => ({
    file,
    args,
    workingDirectory: '/',
    environment: { PATH: path, HOME: join(root, 'home'), TMPDIR: root },
  }));
}

const files = (sources: LimaSources): GuestFiles => createGuestFiles(edges(sources));

function edges(sources: LimaSources): Parameters<typeof createGuestFiles>[0] {
  return {
    instance: 'guest',
    sources,
    async copy(file, guestPath) {
      await Promise.resolve();
      cpSync(file, guestPath);
    },
    list: () => listSources(spawnWithNode, join(root, 'here')),
    pack: (_, paths, into) => packSources(spawnWithNode, join(root, 'here'), paths, into),
    announce: (line) => said.push(line),
  };
}

const plan = (folder = 'crate') =>
  fakePlan(['a::passes'], {
    command: [join(root, 'binary')],
    workingDirectory: join(root, folder),
  });

test('what a mount shows is not copied', async () => {
  cpSync(join(root, 'here'), join(root, 'crate'), { recursive: true });
  await files('mount').place(plan(), shell);
  expect(said).toEqual([]);
});

test('a mount that lags behind is waited for, as tests read what it shows', async () => {
  const lagging = join(root, 'here/data');
  cpSync(join(root, 'here'), join(root, 'crate'), { recursive: true });
  writeFileSync(lagging, 'two');
  const options = {
    ...edges('mount'),
    announce(line: string) {
      said.push(line);
      cpSync(lagging, join(root, 'crate/data'));
    },
  };
  await createGuestFiles(options).place(plan(), shell);
  expect(said).toEqual([
    `waiting until the instance guest sees ${join(root, 'crate/data')} as it is here`,
  ]);
});

test('a mount that shows something else for good is refused', async () => {
  cpSync(join(root, 'here'), join(root, 'crate'), { recursive: true });
  writeFileSync(join(root, 'here/data'), 'two');
  const never = createGuestFiles({ ...edges('mount'), lagSeconds: 0 });
  await expect(never.place(plan(), shell)).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringContaining(`does not show ${join(root, 'crate/data')} as it is`),
  });
});

test('a folder that the guest does not see is named with what helps', async () => {
  await expect(files('mount').place(plan('elsewhere'), shell)).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringContaining(`does not see ${join(root, 'elsewhere')}: mount it`),
  });
});

const copied = (count: number): string =>
  `copying ${count} files of ${join(root, 'crate')} to the instance guest`;
const inGuest = (name: string): string => readFileSync(join(root, 'crate', name), 'utf8');

test('files are copied once, again when one changed, and gone ones go', async () => {
  writeFileSync(join(root, 'here/same'), 'same');
  await files('copy').place(plan(), shell);
  await files('copy').place(plan(), shell);
  expect(said).toEqual([copied(2)]);
  rmSync(join(root, 'here/data'));
  writeFileSync(join(root, 'here/other'), 'two');
  await files('copy').place(plan(), shell);
  expect(said).toEqual([copied(2), copied(1)]);
  expect(readdirSync(join(root, 'crate')).sort()).toEqual(['other', 'same']);
  expect(inGuest('other')).toBe('two');
});

test('tasks that copy the same folder at once write it once', async () => {
  const other = await open(process.env['PATH'] ?? '');
  await Promise.all([files('copy').place(plan(), shell), files('copy').place(plan(), other)]);
  await other.close();
  expect(said).toEqual([copied(1)]);
});

test('only what changed gets another time, and that of the guest', async () => {
  writeFileSync(join(root, 'here/same'), 'same');
  await files('copy').place(plan(), shell);
  for (const name of ['data', 'same']) utimesSync(join(root, 'crate', name), 5, 5);
  writeFileSync(join(root, 'here/data'), 'two');
  utimesSync(join(root, 'here/data'), 1, 1);
  const before = Date.now() - 1000;
  await files('copy').place(plan(), shell);
  expect(inGuest('data')).toBe('two');
  expect(statSync(join(root, 'crate/data')).mtimeMs).toBeGreaterThan(before);
  expect(statSync(join(root, 'crate/same')).mtimeMs).toBe(5000);
});

test('what was changed in the guest becomes again what it is here', async () => {
  await files('copy').place(plan(), shell);
  writeFileSync(join(root, 'crate/data'), 'written by a test');
  chmodSync(join(root, 'here/data'), 0o600);
  await files('copy').place(plan(), shell);
  expect(inGuest('data')).toBe('one');
  expect(statSync(join(root, 'crate/data')).mode & 0o777).toBe(0o600);
});

test('a link that points elsewhere is brought, and one that stays is not', async () => {
  symlinkSync('data', join(root, 'here/link'));
  symlinkSync('data', join(root, 'here/same -> "link'));
  await files('copy').place(plan(), shell);
  await files('copy').place(plan(), shell);
  expect(said).toEqual([copied(3)]);
  rmSync(join(root, 'here/link'));
  symlinkSync('other', join(root, 'here/link'));
  await files('copy').place(plan(), shell);
  expect(said).toEqual([copied(3), copied(1)]);
  expect(readlinkSync(join(root, 'crate/link'))).toBe('other');
});

test('a file becomes a link to the same content, and a file again', async () => {
  writeFileSync(join(root, 'here/same'), 'one');
  for (const name of ['data', 'same']) chmodSync(join(root, 'here', name), 0o777);
  await files('copy').place(plan(), shell);
  rmSync(join(root, 'here/same'));
  symlinkSync('data', join(root, 'here/same'));
  await files('copy').place(plan(), shell);
  expect(readlinkSync(join(root, 'crate/same'))).toBe('data');
  rmSync(join(root, 'here/same'));
  writeFileSync(join(root, 'here/same'), 'one');
  chmodSync(join(root, 'here/same'), 0o777);
  await files('copy').place(plan(), shell);
  expect(lstatSync(join(root, 'crate/same')).isFile()).toBe(true);
});

test('a folder becomes a link, a folder again, and a file', async () => {
  mkdirSync(join(root, 'here/real/deep'), { recursive: true });
  mkdirSync(join(root, 'here/place/deep'), { recursive: true });
  for (const name of ['real', 'place']) writeFileSync(join(root, `here/${name}/deep/x`), 'same');
  const place = join(root, 'here/place');
  await files('copy').place(plan(), shell);
  rmSync(place, { recursive: true });
  symlinkSync('real', place);
  await files('copy').place(plan(), shell);
  expect(readlinkSync(join(root, 'crate/place'))).toBe('real');
  rmSync(place);
  cpSync(join(root, 'here/real'), place, { recursive: true });
  await files('copy').place(plan(), shell);
  expect(lstatSync(join(root, 'crate/place')).isDirectory()).toBe(true);
  expect(inGuest('place/deep/x')).toBe('same');
  rmSync(place, { recursive: true });
  writeFileSync(place, 'a file');
  await files('copy').place(plan(), shell);
  expect(inGuest('place')).toBe('a file');
});

test('a binary that was built in the guest is not copied', async () => {
  rmSync(join(root, 'binary'));
  const { place } = createGuestFiles({ ...edges('copy'), areBuiltThere: true });
  await place(plan(), shell);
  expect(said).toEqual([copied(1)]);
});

test('the machine is told by the user and the libraries', async () => {
  const machine = await files('mount').describeMachine(join(root, 'binary'), shell);
  expect(machine).toMatch(/^[0-9a-f]{12}$/);
  expect(await files('mount').describeMachine(process.execPath, shell)).not.toBe(machine);
});

test('a guest that cannot tell its libraries is refused', async () => {
  await shell.close();
  const programs = join(root, 'programs');
  mkdirSync(programs);
  for (const folder of ['/usr/bin', '/bin'])
    for (const name of readdirSync(folder).filter((each) => each !== 'ldd'))
      if (!existsSync(join(programs, name))) symlinkSync(join(folder, name), join(programs, name));
  shell = await open(programs);
  await expect(files('mount').describeMachine(join(root, 'binary'), shell)).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringContaining('ldd is not installed there'),
  });
});

test('nothing of it stays in the temporary folder', async () => {
  await files('copy').place(plan(), shell);
  const { folder } = shell.facts;
  expect(existsSync(folder)).toBe(true);
  await shell.close();
  const deadline = Date.now() + 10_000;
  while (existsSync(folder) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(existsSync(folder)).toBe(false);
});
