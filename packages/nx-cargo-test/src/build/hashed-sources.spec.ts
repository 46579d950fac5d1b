import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertSourcesAsHashed, readHashedSources } from './hashed-sources';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashed-sources-'));
  file = join(folder, 'lib.rs');
  write('one');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** With a modification time of long ago, which hides no change. */
function write(content: string): void {
  writeFileSync(file, content);
  utimesSync(file, 1, 1);
}

/** Moments just after and just before the last write. */
const after = (): number => statSync(file).ctimeMs + 1;
const before = (): number => statSync(file).ctimeMs - 1;

const changed = (): unknown =>
  expect.objectContaining({
    code: 'SOURCES_CHANGED',
    message: expect.stringContaining(file),
  });

test('passes for files that are older than the command, and for files that are gone', () => {
  const hashed = readHashedSources([file], after());
  expect(() => assertSourcesAsHashed([file, join(folder, 'gone.rs')], hashed)).not.toThrow();
});

test('fails for a file that changed between the start of the command and that of the build', () => {
  const hashed = readHashedSources([file], before());
  expect(() => assertSourcesAsHashed([file], hashed)).toThrow(changed() as Error);
});

test('fails for a file whose content changed during the build, not for one written anew', () => {
  const { digests } = readHashedSources([file], after());
  write('one');
  expect(() => assertSourcesAsHashed([file], { digests, start: before() })).not.toThrow();
  write('two');
  expect(() => assertSourcesAsHashed([file], { digests, start: before() })).toThrow(
    changed() as Error,
  );
});
