import { LEDGER_LIMITS } from './bound-records';
import type { LedgerEnvironment } from './ledger-environment';
import { formatLedgerFile } from './ledger-file';
import { openLedgerStore, type LedgerStore } from './ledger-store';
import { LedgerWriteError } from './ledger-writer';
import { MemoryDisk, systemError } from './test-support/memory-disk';
import { passOf, revocationOf } from './test-support/sample-records';

const ID = '0123456789abcdef';

let disk: MemoryDisk;
let store: LedgerStore;

beforeEach(() => {
  disk = new MemoryDisk();
  store = open();
});

function open(more: Partial<LedgerEnvironment> = {}): LedgerStore {
  return openLedgerStore('/ledger', { files: disk.files(), pid: 7, isAlive: () => false, ...more });
}

async function stateOf(key: string): Promise<string> {
  return (await store.read()).ledger.lookup(key).state;
}

/** Adds records as a process of their own. */
async function add(...records: Parameters<LedgerStore['importRecords']>[0]): Promise<void> {
  await open().importRecords(records);
}

const names = (pattern: RegExp): string[] => disk.list().filter((name) => pattern.test(name));

test('a folder that is not there is an empty ledger', async () => {
  const reading = await openLedgerStore('/nonexistent/ledger').read();
  expect(reading.problems).toEqual([]);
  expect(reading.ledger.records()).toEqual([]);
});

test('a folder that cannot be read answers nothing', async () => {
  await add(passOf('a1'));
  const files = { ...disk.files(), list: () => Promise.reject(systemError('EACCES')) };
  const reading = await open({ files }).read();
  expect(reading.ledger.lookup('a1').state).toBe('unknown');
  expect(reading.problems).toEqual([expect.stringMatching(/cannot be read, nothing is reused/)]);
  await expect(open({ files }).verify()).rejects.toThrow('EACCES');
});

test('a folder that never comes to rest answers nothing', async () => {
  let count = 0;
  const list = (): Promise<string[]> =>
    Promise.resolve([`${(count++).toString(16).padStart(16, '0')}.passes.json`]);
  const reading = await open({ files: { ...disk.files(), list } }).read();
  expect(reading.problems).toEqual([expect.stringMatching(/changed 20 times/)]);
});

describe('a writer', () => {
  test('keeps one file of each kind, whatever it adds', async () => {
    const writer = store.openWriter();
    for (const key of ['a1', 'a2', 'a3']) {
      writer.addPasses([passOf(key)]);
      writer.revoke([revocationOf('b1', `r-${key}`)]);
      await writer.flush();
    }
    expect(disk.list()).toHaveLength(2);
    const { ledger } = await store.read();
    expect(ledger.records()).toHaveLength(6);
  });

  test('writes no file of failures without failures, and none at all without records', async () => {
    const writer = store.openWriter();
    await writer.flush();
    expect(disk.list()).toEqual([]);
    writer.addPasses([passOf('a1')]);
    await writer.flush();
    expect(disk.list()).toEqual([expect.stringMatching(/^[0-9a-f]{16}\.passes\.json$/)]);
  });

  test('does not write again what was removed meanwhile', async () => {
    const writer = store.openWriter();
    writer.addPasses([passOf('a1')]);
    await writer.flush();
    for (const name of disk.list()) await disk.files().remove(name);
    writer.addPasses([passOf('b1')]);
    await writer.flush();
    expect(await stateOf('a1')).toBe('unknown');
    expect(await stateOf('b1')).toBe('passed');
  });

  test('writes once more when its temporary file vanishes', async () => {
    let vanished = 0;
    const files = disk.files();
    const rename = async (from: string, to: string): Promise<void> => {
      if (vanished++ < 2) await files.remove(from);
      await files.rename(from, to);
    };
    const writer = open({ files: { ...files, rename } }).openWriter();
    writer.addPasses([passOf('a1')]);
    await writer.flush();
    expect(await stateOf('a1')).toBe('passed');
  });

  test('tells when the disk is full, leaves no temporary file, and tries again', async () => {
    const writer = store.openWriter();
    writer.addPasses([passOf('a1')]);
    disk.full = true;
    await expect(writer.flush()).rejects.toThrow(/passes could not be written: ENOSPC/);
    expect(disk.list()).toEqual([]);
    disk.full = false;
    await writer.flush();
    expect(await stateOf('a1')).toBe('passed');
  });

  test('removes the passes of a failure that it cannot write', async () => {
    await add(passOf('a1'));
    await add(passOf('b1'));
    const writer = store.openWriter();
    writer.addPasses([passOf('a1')]);
    writer.revoke([revocationOf('a1', 'r')]);
    disk.full = true;
    const error: unknown = await writer.flush().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LedgerWriteError);
    expect(error).toMatchObject({
      stillReusable: [],
      message: expect.stringMatching(/no earlier pass of these tests is left/),
    });
    expect(await stateOf('a1')).toBe('unknown');
    expect(await stateOf('b1')).toBe('passed');
    disk.full = false;
    await writer.flush();
    expect(await stateOf('a1')).toBe('revoked');
  });

  test('writes a failure after all if removing passes made room', async () => {
    await add(passOf('a1'));
    const files = disk.files();
    disk.full = true;
    const remove = async (name: string): Promise<void> => {
      await files.remove(name);
      if (name.endsWith('.passes.json')) disk.full = false;
    };
    const writer = open({ files: { ...files, remove } }).openWriter();
    writer.revoke([revocationOf('a1', 'r')]);
    await writer.flush();
    expect(await stateOf('a1')).toBe('revoked');
  });

  test('names the keys that it could neither revoke nor remove', async () => {
    await add(passOf('a1'));
    const readOnly = (): Promise<never> => Promise.reject(systemError('EROFS'));
    const files = { ...disk.files(), write: readOnly, remove: readOnly };
    const writer = open({ files }).openWriter();
    writer.revoke([revocationOf('a1', 'r')]);
    await expect(writer.flush()).rejects.toMatchObject({
      stillReusable: ['a1'],
      message: expect.stringMatching(/may be reused although they failed/),
    });
  });

  test('refuses what would make its file unreadable', () => {
    const writer = store.openWriter();
    expect(() => writer.addPasses([passOf('a1', { seconds: NaN })])).toThrow(TypeError);
    expect(() => writer.addPasses([passOf('*')])).toThrow(TypeError);
  });
});

describe('damage', () => {
  test('a damaged file of passes is ignored and told', async () => {
    await add(passOf('a1'));
    await add(passOf('b1'));
    disk.put(`${ID}.passes.json`, 'nothing');
    const { ledger, problems } = await store.read();
    expect(ledger.lookup('a1').state).toBe('passed');
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${ID}.passes.json is damaged`))]);
  });

  test('a damaged file of failures revokes every key until passes name it', async () => {
    await add(passOf('a1'));
    disk.put(`${ID}.failures.json`, '');
    const { ledger, problems } = await store.read();
    expect(ledger.lookup('a1').state).toBe('revoked');
    expect(ledger.revocationsOf('a1')).toEqual([`damaged-${ID}`]);
    expect(problems).toHaveLength(1);
    await add(passOf('a1', { supersedes: ledger.revocationsOf('a1') }));
    expect(await stateOf('a1')).toBe('passed');
  });

  test('a file of failures that may not be read revokes every key, too, and stays', async () => {
    await add(passOf('a1'));
    const name = `${ID}.failures.json`;
    disk.put(name, formatLedgerFile('failures', []));
    const files = disk.files();
    const read = (file: string): Promise<string> =>
      file === name ? Promise.reject(systemError('EACCES')) : files.read(file);
    const limits = { ...LEDGER_LIMITS, files: 0 };
    const other = open({ files: { ...files, read }, limits });
    expect((await other.read()).ledger.lookup('a1').state).toBe('revoked');
    await other.compactIfNeeded();
    expect(disk.list()).toContain(name);
  });

  test('foreign files are told and left alone', async () => {
    disk.put('notes.txt', 'mine');
    expect((await store.read()).problems).toEqual(['notes.txt is not of the ledger: ignored']);
    await open({ limits: { ...LEDGER_LIMITS, files: -1 } }).compactIfNeeded();
    expect(disk.list()).toEqual(['notes.txt']);
  });

  test('verify tells the state of each file', async () => {
    await add(passOf('a1'), passOf('a2'));
    const sound = disk.list()[0]!;
    disk.put('notes.txt', 'mine');
    disk.put(`${ID}.failures.json`, '');
    disk.put(`${ID}.passes.json.99.tmp`, '');
    const verified = await store.verify();
    expect(new Map(verified.map(({ name, ...state }) => [name, state]))).toEqual(
      new Map<string, unknown>([
        [sound, { state: 'sound', records: 2 }],
        [`${ID}.failures.json`, { state: 'damaged', why: 'it is empty' }],
        [`${ID}.passes.json.99.tmp`, { state: 'temporary', leftOver: true }],
        ['notes.txt', { state: 'foreign' }],
      ]),
    );
  });
});

describe('compaction', () => {
  const limits = { ...LEDGER_LIMITS, files: 2 };

  test('waits until there are many files, then leaves one of each kind', async () => {
    await add(passOf('a1'));
    await add(passOf('b1'));
    expect(await open({ limits }).compactIfNeeded()).toEqual([]);
    expect(names(/^merged-/)).toEqual([]);
    await add(revocationOf('b1', 'r'));
    expect(await open({ limits }).compactIfNeeded()).toEqual([]);
    expect(disk.list().map((name) => name.replace(/[0-9a-f]{16}/, 'ID'))).toEqual([
      expect.stringMatching(/^merged-ID\.(passes|failures)\.json$/),
      expect.stringMatching(/^merged-ID\.(passes|failures)\.json$/),
    ]);
    expect(await stateOf('a1')).toBe('passed');
    expect(await stateOf('b1')).toBe('revoked');
  });

  test('keeps what a damaged file of failures means, and tells what it replaced', async () => {
    for (const key of ['a1', 'b1', 'c1']) await add(passOf(key));
    disk.put(`${ID}.failures.json`, '');
    expect(await open({ limits }).compactIfNeeded()).toHaveLength(1);
    const { ledger, problems } = await store.read();
    expect(problems).toEqual([]);
    expect(ledger.revocationsOf('a1')).toEqual([`damaged-${ID}`]);
    expect(ledger.lookup('a1').state).toBe('revoked');
  });

  test('an old export is not reusable after what outlawed it was superseded and merged', async () => {
    const old = passOf('a1');
    await add(revocationOf('a1', 'r'), passOf('a1', { supersedes: ['r'] }));
    await open({ limits: { ...limits, files: 1 } }).compactIfNeeded();
    await add(passOf('a2'));
    await open({ limits: { ...limits, passesPerTest: 1 } }).compactIfNeeded();
    expect((await store.read()).ledger.records().map(({ key }) => key)).toEqual(['a2', 'a1']);
    await add(old);
    expect(await stateOf('a1')).toBe('revoked');
  });

  test('with too many failures all passes go, also those of old exports', async () => {
    const old = passOf('a1', { supersedes: ['r1', 'r2', 'r3'] });
    for (const id of ['r1', 'r2', 'r3']) await add(revocationOf('a1', id), passOf('b1'));
    expect(await open({ limits: { ...limits, revocations: 2 } }).compactIfNeeded()).toEqual([
      expect.stringMatching(/too many failures/),
    ]);
    await add(old);
    expect(await stateOf('a1')).toBe('revoked');
    expect(await stateOf('b1')).toBe('unknown');
    expect((await store.read()).ledger.records()).toHaveLength(2);
  });

  test('removes what killed processes left', async () => {
    for (const key of ['a1', 'b1', 'c1']) await add(passOf(key));
    for (const pid of [7, 8, 9]) disk.put(`${ID}.passes.json.${pid}.tmp`, '');
    await open({ limits, isAlive: (pid) => pid === 9 }).compactIfNeeded();
    expect(names(/\.tmp$/)).toEqual([`${ID}.passes.json.9.tmp`]);
  });

  test('removes nothing when the disk is full', async () => {
    for (const key of ['a1', 'b1', 'c1']) await add(passOf(key));
    const before = disk.list();
    disk.full = true;
    expect(await open({ limits }).compactIfNeeded()).toEqual([expect.stringMatching(/ENOSPC/)]);
    expect(disk.list()).toEqual(before);
  });
});

describe('forgetting', () => {
  test('revokes and removes the passes that match', async () => {
    await add(passOf('a1'), passOf('a2'), passOf('b1'));
    expect(await store.forget(({ test }) => test.name === 'a')).toBe(2);
    expect(await stateOf('a1')).toBe('revoked');
    expect(await stateOf('b1')).toBe('passed');
    const { ledger } = await store.read();
    expect(ledger.historyOf(passOf('a1').test).passes).toEqual([]);
    expect(await store.forget(() => false)).toBe(0);
  });

  test('lasts when the same passes come again', async () => {
    await add(passOf('a1'));
    await store.forget(() => true);
    await add(passOf('a1'));
    expect(await stateOf('a1')).toBe('revoked');
    await add(passOf('a1', { supersedes: (await store.read()).ledger.revocationsOf('a1') }));
    expect(await stateOf('a1')).toBe('passed');
  });

  test('of everything leaves one revocation of every key', async () => {
    await add(passOf('a1'), revocationOf('b1', 'r'));
    disk.put(`${ID}.failures.json`, '');
    await store.forgetAll();
    expect(disk.list()).toHaveLength(1);
    await add(passOf('a1'));
    expect(await stateOf('a1')).toBe('revoked');
    expect((await store.read()).ledger.revocationsOf('b1')).toHaveLength(1);
  });
});

test('an export that is imported elsewhere answers the same', async () => {
  await add(passOf('a1'), passOf('b1'), revocationOf('b1', 'r'));
  const records = (await store.read()).ledger.records();
  disk = new MemoryDisk();
  store = open();
  await store.importRecords(records);
  expect((await store.read()).ledger.records()).toEqual(records);
});
