import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changedSince, contentDigests, takeSnapshot } from './source-snapshot';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'snapshot-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('changed, new and removed files are found; those of caches are not looked at', () => {
  for (const name of ['kept', 'grown', 'removed']) writeFileSync(join(folder, name), name);
  for (const [cache, mark] of [
    ['target', 'CACHEDIR.TAG'],
    ['unmarked-target', '.rustc_info.json'],
  ] as const) {
    mkdirSync(join(folder, cache));
    writeFileSync(join(folder, cache, mark), '');
    writeFileSync(join(folder, cache, 'output'), '');
  }
  const snapshot = takeSnapshot([folder]);
  expect([...snapshot.keys()].sort()).toEqual(
    ['grown', 'kept', 'removed'].map((name) => join(folder, name)),
  );
  writeFileSync(join(folder, 'grown'), 'more');
  rmSync(join(folder, 'removed'));
  const files = ['kept', 'grown', 'removed', 'added'].map((name) => join(folder, name));
  writeFileSync(files[3]!, '');
  expect(changedSince(snapshot, files)).toEqual([files[3], files[1], files[2]]);
});

test('content digests tell content, not time', () => {
  const file = join(folder, 'a');
  writeFileSync(file, 'same');
  const before = contentDigests([file]).get(file);
  writeFileSync(file, 'same');
  expect(contentDigests([file]).get(file)).toBe(before);
  writeFileSync(file, 'other');
  expect(contentDigests([file]).get(file)).not.toBe(before);
});
