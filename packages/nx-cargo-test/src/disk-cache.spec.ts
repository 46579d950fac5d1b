import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest, openDiskCache, pluginVersion } from './disk-cache';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cache-'));
  process.env['NX_WORKSPACE_DATA_DIRECTORY'] = join(root, 'data');
});
afterEach(() => {
  delete process.env['NX_WORKSPACE_DATA_DIRECTORY'];
  rmSync(root, { recursive: true, force: true });
});

it('gives back a value for its key alone', () => {
  openDiskCache(root).write('name', 'key', { a: [1] });
  expect(openDiskCache(root).read('name', 'key')).toEqual({ a: [1] });
  expect(openDiskCache(root).read('name', 'other')).toBeUndefined();
  expect(openDiskCache(root).read('other', 'key')).toBeUndefined();
});

it('does without a folder that cannot be written', () => {
  process.env['NX_WORKSPACE_DATA_DIRECTORY'] = join(root, 'file');
  writeFileSync(join(root, 'file'), '');
  openDiskCache(root).write('name', 'key', 1);
  expect(openDiskCache(root).read('name', 'key')).toBeUndefined();
});

it('tells parts of a digest apart', () => {
  expect(digest('ab', 'c')).not.toBe(digest('a', 'bc'));
  expect(digest('a')).toBe(digest(Buffer.from('a')));
});

it('knows its version', () => expect(pluginVersion()).toMatch(/^\d+\.\d+\.\d+/));
