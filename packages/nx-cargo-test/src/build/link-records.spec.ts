import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLinkRecords, type LinkRecord } from './link-records';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'link-records-'));
});
afterEach(() => rm(folder, { recursive: true }));

const sha = (digit: string): string => digit.repeat(64);

function record(digit: string, changes: Partial<LinkRecord> = {}): LinkRecord {
  return {
    binary: { package: 'a', kind: 'lib', name: 'a' },
    sha256: sha(digit),
    linkedAt: `2026-11-23T10:0${digit}:00.000Z`,
    commit: 'c0ffee',
    localChanges: false,
    tests: ['one', 'two'],
    link: { files: [digit] },
    ...changes,
  };
}

const files = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => name.includes('.json')).sort();

test('what was written is read again, the newest first, by package', async () => {
  const records = openLinkRecords(folder);
  const { commit: _, ...uncommitted } = record('3', {
    binary: { package: 'b', kind: 'test', name: 'x.y' },
  });
  for (const each of [record('2'), record('1'), uncommitted]) await records.write(each);
  expect(await records.read()).toEqual({
    records: [record('2'), record('1'), uncommitted],
    notes: [],
  });
  expect(await records.read('b')).toEqual({ records: [uncommitted], notes: [] });
  expect(await records.read('c')).toEqual({ records: [], notes: [] });
});

test('the newest three of each binary are kept, one for each executable', async () => {
  const records = openLinkRecords(folder);
  const other = record('1', { binary: { package: 'a', kind: 'test', name: 'a' } });
  for (const each of [record('1'), other, record('2'), record('3'), record('2'), record('4')])
    await records.write(each);
  const { records: kept } = await records.read('a');
  expect(kept.filter(({ binary }) => binary.kind === 'test')).toEqual([other]);
  expect(kept.filter(({ binary }) => binary.kind === 'lib')).toHaveLength(3);
  expect(await files()).toHaveLength(4);

  await records.write(record('4', { linkedAt: '2026-11-24T00:00:00.000Z', localChanges: true }));
  const [newest] = (await records.read('a')).records;
  expect(newest).toMatchObject({ sha256: sha('4'), localChanges: true });
  expect(await files()).toHaveLength(4);
});

test('what cannot be used is ignored with a note', async () => {
  const records = openLinkRecords(folder);
  await records.write(record('1'));
  await records.write(record('2'));
  const [first, second] = await files();
  const text = await readFile(join(folder, first!), 'utf8');
  await writeFile(join(folder, first!), text.replace('"schema":1', '"schema":999'));
  await writeFile(join(folder, second!), text.slice(0, 20));
  // Of another process that is writing, or was killed.
  await writeFile(join(folder, `${second!}.1.tmp`), '{');
  const { records: none, notes } = await records.read();
  expect(none).toEqual([]);
  expect(notes).toEqual([
    expect.stringMatching(/: schema: expected .*; the file is ignored$/),
    expect.stringMatching(/ is not JSON; the file is ignored$/),
  ]);

  await writeFile(join(folder, first!), text.replace(/"graphVersion":\d+/, '"graphVersion":999'));
  await rm(join(folder, second!));
  expect((await records.read()).notes).toEqual([
    expect.stringMatching(/ was written by another version and is ignored$/),
  ]);
});

test('a disk that cannot be written stops nothing', async () => {
  await mkdir(join(folder, 'links'));
  await writeFile(join(folder, 'links', 'a'), 'a file where a folder should be');
  const records = openLinkRecords(folder);
  await expect(records.write(record('1'))).resolves.toBeUndefined();
  expect(await records.read()).toEqual({ records: [], notes: [] });
});
