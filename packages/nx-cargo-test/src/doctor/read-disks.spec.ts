import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDisks } from './read-disks';

test('of a folder that is not there yet, the nearest one above is looked at', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nx-cargo-test-disks-'));
  try {
    expect(await readDisks([{ what: 'target folder', folder: join(folder, 'a/target') }])).toEqual([
      { what: 'target folder', folder, isWritable: true, freeBytes: expect.any(Number) },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a folder that nobody may write is told, even to root', async () => {
  const [disk] = await readDisks([{ what: 'target folder', folder: '/proc/self/target' }]);
  expect(disk).toMatchObject({ folder: '/proc/self', isWritable: false });
});
