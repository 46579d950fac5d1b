import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
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
import { packFolder } from './pack-folder';

// The guest is a shell here with a home of its own, so it sees the same paths as the host: what
// a test wants to be copied is taken away first, by `take`.
let root: string;
let shell: GuestShell;
let said: string[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'guest-files-'));
  mkdirSync(join(root, 'home'));
  mkdirSync(join(root, 'crate'));
  writeFileSync(join(root, 'crate/data'), 'one');
  // An archive holds whole seconds, and its files come back to where they were.
  utimesSync(join(root, 'crate/data'), 1, 1);
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

function files(sources: LimaSources, take: (file: string) => void = () => undefined): GuestFiles {
  return createGuestFiles({
    instance: 'guest',
    sources,
    async copy(file, guestPath) {
      await Promise.resolve();
      cpSync(file, guestPath);
      take(file);
    },
    pack: (folder, mark, into) => packFolder(spawnWithNode, folder, mark, into),
    announce: (line) => said.push(line),
  });
}

const plan = (folder = 'crate') =>
  fakePlan(['a::passes'], {
    command: [join(root, 'binary')],
    workingDirectory: join(root, folder),
  });

test('what a mount shows is not copied', async () => {
  await files('mount').place(plan(), shell);
  expect(said).toEqual([]);
});

test('a folder that the guest does not see is named with what helps', async () => {
  await expect(files('mount').place(plan('elsewhere'), shell)).rejects.toMatchObject({
    code: 'GUEST_UNUSABLE',
    message: expect.stringContaining(`does not see ${join(root, 'elsewhere')}: mount it`),
  });
});

test('files are copied once, again when one changed, and gone ones go', async () => {
  await files('copy').place(plan(), shell);
  await files('copy').place(plan(), shell);
  expect(said).toEqual([`copying 1 files of ${join(root, 'crate')} to the instance guest`]);
  rmSync(join(root, 'crate/data'));
  writeFileSync(join(root, 'crate/other'), 'two');
  // As it is in a guest, where the host's removal does not show.
  await files('copy', () => writeFileSync(join(root, 'crate/data'), 'one')).place(plan(), shell);
  expect(said).toHaveLength(2);
  expect(existsSync(join(root, 'crate/data'))).toBe(false);
  expect(readFileSync(join(root, 'crate/other'), 'utf8')).toBe('two');
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
