import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { packFolder, type PackedFolder } from './pack-folder';

let folder: string;
let into: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-folder-'));
  into = mkdtempSync(join(tmpdir(), 'pack-folder-into-'));
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'target'));
  writeFileSync(join(folder, 'src/lib with space.rs'), 'one');
  writeFileSync(join(folder, 'target/built'), 'two');
});

afterEach(() => {
  for (const each of [folder, into]) rmSync(each, { recursive: true });
});

async function pack(mark?: string): Promise<PackedFolder> {
  const packed = await packFolder(spawnWithNode, folder, mark, into);
  if (packed === undefined) throw new Error('nothing was packed');
  return packed;
}

function contents({ archive }: PackedFolder): string[] {
  return execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trim().split('\n');
}

test('packs what is no build', async () => {
  const packed = await pack();
  expect(contents(packed)).toEqual(['src/lib with space.rs']);
  expect(packed.files).toBe(1);
});

test('packs what git would not ignore', async () => {
  execFileSync('git', ['init', '--quiet'], { cwd: folder });
  writeFileSync(join(folder, '.gitignore'), 'src/*.log\n');
  writeFileSync(join(folder, 'src/noise.log'), 'x');
  const packed = await pack();
  expect(contents(packed)).toEqual(['.gitignore', 'src/lib with space.rs', 'target/built']);
});

test('packs again only what changed', async () => {
  const { mark } = await pack();
  expect(await packFolder(spawnWithNode, folder, mark, into)).toBeUndefined();
  writeFileSync(join(folder, 'src/lib with space.rs'), 'three');
  const changed = await pack(mark);
  expect(changed.mark).not.toBe(mark);
});

test('packs again what changed with the same size and time', async () => {
  const file = join(folder, 'src/lib with space.rs');
  utimesSync(file, 1, 1);
  const { mark } = await pack();
  writeFileSync(file, 'two');
  utimesSync(file, 1, 1);
  const changed = await pack(mark);
  expect(changed.mark).not.toBe(mark);
});

test('a link is known by what it names', async () => {
  const link = join(folder, 'link');
  symlinkSync('one', link);
  const { mark } = await pack();
  rmSync(link);
  symlinkSync('two', link);
  const changed = await pack(mark);
  expect(changed.mark).not.toBe(mark);
});
