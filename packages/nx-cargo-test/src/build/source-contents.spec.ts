import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHashedSources } from './hashed-sources';
import { createSourceContents } from './source-contents';
import { takeSnapshot } from './source-snapshot';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'source-contents-'));
  file = join(folder, 'a');
  write('one');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** With a modification time of long ago, which hides no change. */
function write(content: string): void {
  writeFileSync(file, content);
  utimesSync(file, 1, 1);
}

test.each([
  ['that were read already', Number.MAX_VALUE],
  ['that were not', 0],
])('contents %s are told apart, before and after a change', (_, start) => {
  const contents = createSourceContents(takeSnapshot([folder]), readHashedSources([file], start));
  const one = contents.now(file);
  expect(contents.before(file)).toBe(one);
  write('two');
  expect(contents.now(file)).not.toBe(one);
  expect(contents.before(file)).not.toBe(contents.now(file));
  write('one');
  expect(contents.now(file)).toBe(one);
});

test('a file that is missing has no content', () => {
  const contents = createSourceContents(new Map(), readHashedSources([], 0));
  const gone = join(folder, 'gone');
  expect([contents.now(gone), contents.before(gone), contents.changedAt(gone)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  // It came during the build.
  expect([contents.before(file), contents.now(file)]).toEqual([undefined, expect.any(String)]);
});
