import type { BuildRecord } from './build-record';
import type { BuildUnit } from './build-units';
import { findStaleUnits, type BuildToJudge } from './stale-units';

const crate: BuildUnit = {
  type: 'crate',
  name: 'demo of /ws',
  stamp: '/ws/target/debug/deps/demo-1.d',
  packageFolder: '/ws',
  root: '/ws/src/lib.rs',
  files: ['/ws/src/lib.rs'],
  variables: [],
  isMacro: false,
  fresh: true,
};
const script: BuildUnit = {
  ...crate,
  type: 'script',
  name: 'the build script of demo',
  stamp: '/ws/target/debug/build/demo-1/output',
  root: '/ws/build.rs',
  files: [],
};

interface File {
  readonly content: string;
  readonly changedAt?: bigint;
}

/** Units that were made at the time 10, of the files as they are unless a record says otherwise. */
function judge(
  units: readonly BuildUnit[],
  files: Readonly<Record<string, File>>,
  record?: Partial<Record<keyof BuildRecord, Readonly<Record<string, string>>>>,
): Record<string, readonly string[]> {
  const map = (entries: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> =>
    new Map(Object.entries(entries));
  const build: BuildToJudge = {
    units,
    making: () => ({ state: 'made', time: 10n }),
    record: record && {
      units: map(record.units),
      sources: map(record.sources),
      others: map(record.others),
    },
    files: Object.keys(files),
    contents: {
      now: (file) => files[file]?.content,
      before: (file) => files[file]?.content,
      changedAt: (file) => files[file] && (files[file].changedAt ?? 5n),
    },
    mayRead: (unit) => unit.type === 'script' || unit.variables.includes('ASSEMBLES'),
    mayKeep: (unit) => unit.variables.includes('ASSEMBLES'),
  };
  return Object.fromEntries(
    findStaleUnits(build).map(({ unit, declared, undeclared }) => [
      unit.type,
      [...declared, ...undeclared],
    ]),
  );
}

const made = { [crate.stamp]: 'made', [script.stamp]: 'made' };

describe('a unit that was made as recorded', () => {
  const record = { units: made, sources: { '/ws/src/lib.rs': 'a' }, others: { '/ws/data': 'b' } };

  test('is up to date if contents are the same, whenever they were written', () => {
    const files = {
      '/ws/src/lib.rs': { content: 'a', changedAt: 99n },
      '/ws/data': { content: 'b', changedAt: 99n },
    };
    expect(judge([crate, script], files, record)).toEqual({});
  });

  test('is stale if one of its files differs, however old it looks', () => {
    const files = { '/ws/src/lib.rs': { content: 'x' }, '/ws/data': { content: 'b' } };
    expect(judge([crate, script], files, record)).toEqual({ crate: ['/ws/src/lib.rs'] });
  });

  test.each([
    ['changed', { '/ws/data': { content: 'x' } }, ['/ws/data']],
    ['new', { '/ws/data': { content: 'b' }, '/ws/new': { content: '' } }, ['/ws/new']],
    ['gone', {}, ['/ws/data']],
  ])('is stale if it may have read a file that is %s', (_, others, expected) => {
    const files = { '/ws/src/lib.rs': { content: 'a' }, ...others };
    expect(judge([crate, script], files, record)).toEqual({ script: expected });
  });

  test('is stale if the record does not know one of its files', () => {
    const files = { '/ws/src/lib.rs': { content: 'a' }, '/ws/data': { content: 'b' } };
    const also = { ...crate, files: [...crate.files, '/ws/src/other.rs'] };
    expect(judge([also], { ...files, '/ws/src/other.rs': { content: '' } }, record)).toEqual({
      crate: ['/ws/src/other.rs'],
    });
  });

  test('does not mind a source that is no longer part of the build', () => {
    const removed = { ...record, sources: { ...record.sources, '/ws/src/gone.rs': 'c' } };
    const files = { '/ws/src/lib.rs': { content: 'a' }, '/ws/data': { content: 'b' } };
    expect(judge([crate, script], files, removed)).toEqual({});
  });
});

describe.each([
  ['without a record', undefined],
  ['that was made since', { units: { [crate.stamp]: 'before', [script.stamp]: 'before' } }],
])('a unit %s', (_, record) => {
  test('is stale if a file changed later than it was made, and only then', () => {
    const files = { '/ws/src/lib.rs': { content: 'a' }, '/ws/data': { content: 'b' } };
    expect(judge([crate, script], files, record)).toEqual({});
    const late = {
      '/ws/src/lib.rs': { content: 'a', changedAt: 11n },
      '/ws/data': { content: 'b', changedAt: 12n },
    };
    expect(judge([crate, script], late, record)).toEqual({
      crate: ['/ws/src/lib.rs'],
      script: ['/ws/data'],
    });
  });
});

test('a unit that cargo just made is not stale', () => {
  const files = { '/ws/src/lib.rs': { content: 'a', changedAt: 11n } };
  expect(judge([{ ...crate, fresh: false }], files)).toEqual({});
});

test('what was just made is stale if incremental compilation keeps what the assembler had read', () => {
  const record = { units: made, sources: { '/ws/src/lib.rs': 'a' }, others: { '/ws/data': 'b' } };
  const files = { '/ws/src/lib.rs': { content: 'new' }, '/ws/data': { content: 'new' } };
  const assembling = { ...crate, variables: ['ASSEMBLES'], fresh: false };
  expect(judge([assembling], files, record)).toEqual({ crate: ['/ws/data'] });
  expect(judge([{ ...crate, fresh: false }], files, record)).toEqual({});
  expect(judge([assembling], files)).toEqual({});
});
