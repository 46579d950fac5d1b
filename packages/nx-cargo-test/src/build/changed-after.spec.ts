import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertUnchangedSince } from './changed-after';

const folder = mkdtempSync(join(tmpdir(), 'changed-after-'));
const file = join(folder, 'lib.rs');
writeFileSync(file, '');
// A modification time of long ago does not hide a change.
utimesSync(file, 1, 1);
const changed = statSync(file).ctimeMs;
afterAll(() => rmSync(folder, { recursive: true }));

test('passes for files that are older than the command, and for files that are gone', () => {
  expect(() => assertUnchangedSince([file, join(folder, 'gone.rs')], changed + 1)).not.toThrow();
});

test('fails for a file that changed since the command started, and names it', () => {
  expect(() => assertUnchangedSince([file], changed - 1)).toThrow(
    expect.objectContaining({ code: 'SOURCES_CHANGED', message: expect.stringContaining(file) }),
  );
});
