import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBuildFolder } from './build-folder';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'build-folder-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const isTagged = (): boolean => existsSync(join(folder, 'target/CACHEDIR.TAG'));

test('a target folder that cargo has not made is tagged in its place', async () => {
  const made = await createBuildFolder(join(folder, 'target'));
  expect(existsSync(made)).toBe(true);
  expect(isTagged()).toBe(true);
});

test('so is one that holds nothing but outputs of ours', async () => {
  mkdirSync(join(folder, 'target/nx-cargo-test/demo'), { recursive: true });
  await createBuildFolder(join(folder, 'target'));
  expect(isTagged()).toBe(true);
});

test('any other stays as it is', async () => {
  mkdirSync(join(folder, 'target'));
  writeFileSync(join(folder, 'target/kept'), '');
  await createBuildFolder(join(folder, 'target'));
  expect(isTagged()).toBe(false);
});
