import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBuildRecord } from './build-record';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'build-record-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const record = {
  units: new Map([['/ws/target/a.d', '1:2']]),
  sources: new Map([['/ws/src/lib.rs', 'one']]),
  others: new Map([['/ws/data', 'two']]),
};

test('a record is read as it was written, by the same kind of build only', async () => {
  await openBuildRecord(folder, ['demo', '--release']).write(record);
  expect(await openBuildRecord(folder, ['demo', '--release']).read()).toEqual(record);
  expect(await openBuildRecord(folder, ['demo']).read()).toBeUndefined();
});

test.each([
  ['cut short', (text: string) => text.slice(0, -5)],
  ['of another version', (text: string) => text.replace('"schema":1', '"schema":0')],
  ['of another shape', (text: string) => text.replace('"one"', '1')],
  ['empty', () => ''],
])('a record that is %s counts as none, and is replaced', async (_, damage) => {
  const file = openBuildRecord(folder, ['demo']);
  await file.write(record);
  const [name = ''] = readdirSync(join(folder, 'records'));
  const path = join(folder, 'records', name);
  writeFileSync(path, damage(readFileSync(path, 'utf8')));
  expect(await file.read()).toBeUndefined();
  await file.write(record);
  expect(await file.read()).toEqual(record);
});

test('a folder that cannot be written is passed over', async () => {
  writeFileSync(join(folder, 'records'), '');
  const file = openBuildRecord(folder, ['demo']);
  await file.write(record);
  expect(await file.read()).toBeUndefined();
});

test('the number of records is bounded', async () => {
  for (let kind = 0; kind < 120; kind += 1) {
    await openBuildRecord(folder, [`${kind}`]).write(record);
  }
  expect(readdirSync(join(folder, 'records')).length).toBeLessThanOrEqual(100);
});
