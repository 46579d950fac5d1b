import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { listSources, packSources, type SourceFile } from './source-files';

const AUTHOR = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((who) => [
    [`GIT_${who}_NAME`, 'Somebody'],
    [`GIT_${who}_EMAIL`, 'somebody@example.com'],
  ]),
);

let folder: string;
let into: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'source-files-'));
  into = mkdtempSync(join(tmpdir(), 'source-files-into-'));
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'target'));
  writeFileSync(join(folder, 'src/lib with space.rs'), 'one');
  writeFileSync(join(folder, 'target/built'), 'two');
});

afterEach(() => {
  for (const each of [folder, into]) rmSync(each, { recursive: true });
});

const list = (): Promise<SourceFile[]> => listSources(spawnWithNode, folder);
const paths = async (): Promise<string[]> => (await list()).map(({ path }) => path);

test('lists what is no build', async () => {
  expect(await paths()).toEqual(['src/lib with space.rs']);
});

test('lists what git would not ignore', async () => {
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  writeFileSync(join(folder, '.gitignore'), 'src/*.log\n');
  writeFileSync(join(folder, 'src/noise.log'), 'x');
  expect(await paths()).toEqual(['.gitignore', 'src/lib with space.rs', 'target/built']);
});

test('tells contents of the same size and time apart, and permissions', async () => {
  const file = join(folder, 'src/lib with space.rs');
  utimesSync(file, 1, 1);
  const [before] = await list();
  writeFileSync(file, 'two');
  utimesSync(file, 1, 1);
  const [after] = await list();
  expect(after?.sha256).not.toBe(before?.sha256);
  chmodSync(file, 0o751);
  const [changed] = await list();
  expect(changed).toMatchObject({ sha256: after?.sha256, mode: '751' });
});

test('a link is told by what it holds', async () => {
  symlinkSync('one', join(folder, 'link'));
  const [link] = await list();
  expect(link).toEqual({ path: 'link', mode: '777', link: 'one' });
});

test('lists what is in a submodule and in other repositories inside', async () => {
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], {
      cwd,
      env: { ...process.env, ...AUTHOR },
      stdio: 'ignore',
    });
  git(into, 'init', '--quiet');
  writeFileSync(join(into, 'inner.c'), 'int x;');
  git(into, 'add', '.');
  git(into, 'commit', '--quiet', '--message=inner');
  git(folder, 'init', '--quiet');
  git(folder, 'submodule', '--quiet', 'add', into, 'vendor/sub');
  mkdirSync(join(folder, 'own'));
  git(join(folder, 'own'), 'init', '--quiet');
  writeFileSync(join(folder, 'own/.gitignore'), 'noise\n');
  writeFileSync(join(folder, 'own/noise'), 'x');
  expect((await paths()).filter((path) => /^(own|vendor)/.test(path))).toEqual([
    'own/.gitignore',
    'vendor/sub/inner.c',
  ]);
});

test('packs the files that are asked for', async () => {
  writeFileSync(join(folder, 'other'), 'x');
  const archive = await packSources(spawnWithNode, folder, ['src/lib with space.rs'], into);
  const content = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' });
  expect(content).toBe('src/lib with space.rs\n');
});
