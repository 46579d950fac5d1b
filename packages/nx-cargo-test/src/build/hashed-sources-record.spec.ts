import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepHashedSources, withKeptSources } from './hashed-sources-record';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hashed = (start: number, digests: Record<string, string>) => ({
  start,
  digests: new Map(Object.entries(digests)),
});

it('adds what the build of the same command kept', async () => {
  await keepHashedSources(folder, 'a', hashed(5000, { '/a': '1', '/b': '2' }));
  const known = await withKeptSources(folder, 'a', hashed(5010, { '/c': '3' }));
  expect(known).toEqual(hashed(5010, { '/a': '1', '/b': '2', '/c': '3' }));
});

it('passes over another command, another package and what is damaged', async () => {
  const own = hashed(9000, { '/c': '3' });
  expect(await withKeptSources(folder, 'a', own)).toEqual(own);
  await keepHashedSources(folder, 'a', hashed(5000, { '/a': '1' }));
  expect(await withKeptSources(folder, 'a', own)).toEqual(own);
  expect(await withKeptSources(folder, 'b', hashed(5000, {}))).toEqual(hashed(5000, {}));
  writeFileSync(join(folder, 'sources-a.json'), '{"start": 9000');
  expect(await withKeptSources(folder, 'a', own)).toEqual(own);
});
