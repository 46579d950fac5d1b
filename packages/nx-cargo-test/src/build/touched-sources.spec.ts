import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHashedSources } from './hashed-sources';
import { openTouchedSources } from './touched-sources';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'touched-sources-'));
  file = join(folder, 'lib.rs');
  writeFileSync(file, 'one');
  utimesSync(file, 1, 1);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a touched file is newer, with its content, and counts as changed when it was before', () => {
  const before = statSync(file).ctimeMs;
  const sources = openTouchedSources(folder);
  sources.touch(file);
  sources.touch(file);
  expect(statSync(file).mtimeMs).toBeGreaterThan(1000);
  expect(readFileSync(file, 'utf8')).toBe('one');
  const another = openTouchedSources(folder);
  expect(another.changedAt(file)).toBe(before);
  expect(readHashedSources([file], before + 0.001, another.changedAt).digests.has(file)).toBe(true);
  expect(readHashedSources([file], before, another.changedAt).digests.has(file)).toBe(false);
});

test('a file that was written after it was touched counts as changed then', () => {
  const sources = openTouchedSources(folder);
  sources.touch(file);
  writeFileSync(file, 'other');
  expect(sources.changedAt(file)).toBe(statSync(file).ctimeMs);
});

test('a file that cannot be touched is an error', () => {
  expect(() => openTouchedSources(folder).touch(join(folder, 'gone'))).toThrow();
});
