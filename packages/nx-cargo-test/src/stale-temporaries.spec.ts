import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepBinaryCopy } from './build/binary-copy';
import { openTouchedSources } from './build/touched-sources';
import { openDiskCache, workspaceDataFolder } from './disk-cache';
import { removeStaleTemporaries } from './stale-temporaries';

let folder: string;
/** Of a process that has ended. */
const ended = spawnSync('true').pid;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stale-'));
  process.env['NX_WORKSPACE_DATA_DIRECTORY'] = join(folder, 'data');
});
afterEach(() => {
  delete process.env['NX_WORKSPACE_DATA_DIRECTORY'];
  rmSync(folder, { recursive: true });
});

function leave(file: string, minutesAgo = 5): void {
  writeFileSync(file, 'half');
  const then = Date.now() / 1000 - minutesAgo * 60;
  utimesSync(file, then, then);
}
const temporaries = (where: string): string[] =>
  readdirSync(where).filter((name) => name.endsWith('.tmp'));

test('what a process that has ended left is removed, and nothing else', () => {
  leave(join(folder, `one.json.${ended}.tmp`));
  leave(join(folder, `one.json.${process.pid}.tmp`));
  leave(join(folder, `new.json.${ended}.tmp`), 0);
  leave(join(folder, `other.${ended}.tmp`));
  leave(join(folder, 'one.json'));
  removeStaleTemporaries(folder, (name) => name.endsWith('.json'));
  expect(readdirSync(folder).sort()).toEqual(
    [
      ...['one.json', `one.json.${process.pid}.tmp`],
      ...[`new.json.${ended}.tmp`, `other.${ended}.tmp`],
    ].sort(),
  );
  removeStaleTemporaries(join(folder, 'nowhere'), () => true);
});

test("the plugin's cache removes what its writers left", () => {
  openDiskCache(folder).write('a', 'key', 1);
  const where = join(workspaceDataFolder(folder), 'nx-cargo-test');
  leave(join(where, `0123456789abcdef.json.${ended}.tmp`));
  openDiskCache(folder).write('a', 'key', 2);
  expect(temporaries(where)).toEqual([]);
});

test('so do notes about touched sources', () => {
  const source = join(folder, 'lib.rs');
  writeFileSync(source, 'one');
  openTouchedSources(folder).touch(source);
  const where = join(folder, 'touched');
  leave(join(where, `${'0123456789abcdef'.repeat(2)}.json.${ended}.tmp`));
  openTouchedSources(folder).touch(source);
  expect(temporaries(where)).toEqual([]);
});

test('so does a copy of a binary', async () => {
  const executable = join(folder, 'tests-0123');
  writeFileSync(executable, 'program');
  leave(join(folder, `tests-0123.0123456789abcdef.${ended}.tmp`));
  leave(join(folder, `another.0123456789abcdef.${ended}.tmp`));
  await keepBinaryCopy(executable, 'fedcba9876543210');
  expect(temporaries(folder)).toEqual([`another.0123456789abcdef.${ended}.tmp`]);
});
