import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTableCache, withoutTableCache } from './table-cache';

const OBJECTS = join(__dirname, '../../../object-graph/fixtures/elf/x86_64');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tables-'));
  file = join(folder, 'object.o');
  putObject('common-variable-0.o');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cacheFolder = () => join(folder, 'cache');
const long = new Date(Date.now() - 60_000);

function putObject(name: string): void {
  rmSync(file, { force: true });
  copyFileSync(join(OBJECTS, name), file);
  utimesSync(file, long, long);
}

const tableFiles = () => readdirSync(cacheFolder());
const expected = () => withoutTableCache([]).read('object.o', file).table;

test('a table is found again by the content of its file', () => {
  const first = openTableCache(cacheFolder(), []);
  const { table, key } = first.read('object.o', file);
  expect(table).toEqual(expected());
  expect(first.find(key!)).toEqual(table);
  first.save([]);

  const second = openTableCache(cacheFolder(), []);
  expect(second.read('object.o', file)).toEqual({ table, key });
  copyFileSync(file, join(folder, 'copy.o'));
  expect(second.read('copy.o', join(folder, 'copy.o')).key).toBe(key);
  expect(tableFiles()).toEqual([`${key}.table`]);
});

test('another content has another table, also where inode, size and time are the same', () => {
  const cache = openTableCache(cacheFolder(), []);
  const { key } = cache.read('object.o', file);
  cache.save([]);
  putObject('common-variable-1.o');
  const changed = openTableCache(cacheFolder(), []).read('object.o', file);
  expect(changed.key).not.toBe(key);
  expect(changed.table).toEqual(expected());
});

test('a damaged table is read anew, and what is damaged otherwise costs time only', () => {
  const { key, table } = openTableCache(cacheFolder(), []).read('object.o', file);
  const stored = join(cacheFolder(), `${key}.table`);
  const whole = readFileSync(stored);
  const damaged = [
    Buffer.alloc(0),
    whole.subarray(0, whole.length - 1),
    whole.subarray(0, 40),
    ...[0, 30, 60, whole.length >> 1, whole.length - 1].map((at) => {
      const copy = Buffer.from(whole);
      copy[at]! ^= 1;
      return copy;
    }),
  ];
  for (const bytes of damaged) {
    writeFileSync(stored, bytes);
    const cache = openTableCache(cacheFolder(), []);
    expect(cache.find(key!)).toBeUndefined();
    expect(cache.read('object.o', file)).toEqual({ table, key });
    expect(readFileSync(stored)).toEqual(whole);
  }
});

test('tables of other places are other tables', () => {
  const { key } = openTableCache(cacheFolder(), []).read('object.o', file);
  const places = [{ path: '/home/a', token: '{home}' }];
  expect(openTableCache(cacheFolder(), places).read('object.o', file).key).not.toBe(key);
});

test('tables that nothing uses are forgotten, once nobody can be about to use them', () => {
  const old = openTableCache(cacheFolder(), []).read('object.o', file).key!;
  putObject('common-variable-1.o');
  const cache = openTableCache(cacheFolder(), []);
  const { key } = cache.read('object.o', file);
  cache.save([]);
  expect(tableFiles().sort()).toEqual([`${old}.table`, `${key}.table`].sort());

  const day = new Date(Date.now() - 24 * 60 * 60 * 1000);
  for (const name of tableFiles()) utimesSync(join(cacheFolder(), name), day, day);
  cache.save([old]);
  expect(tableFiles()).toHaveLength(2);
  openTableCache(cacheFolder(), []).save([key!]);
  expect(tableFiles()).toEqual([`${key}.table`]);
});

test('what is no object is refused as ever', () => {
  writeFileSync(file, 'text');
  expect(() => openTableCache(cacheFolder(), []).read('object.o', file)).toThrow(
    expect.objectContaining({ code: 'NOT_ELF', message: expect.stringContaining('object.o') }),
  );
});
