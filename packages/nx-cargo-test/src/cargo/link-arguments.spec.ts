import { linkArgumentsDigest } from './link-arguments-digest';
import { parseLinkArguments } from './link-arguments';
import type { CapturedLink } from './read-capture';
import { parseResponseFile } from './response-file';

test('libraries know whether static linking holds for them', () => {
  const parsed = parseLinkArguments([
    ...['-la', '-Wl,-Bstatic', '-lb', '-Wl,--push-state,-Bdynamic', '-lc', '-Wl,--pop-state'],
    ...['-l', 'd', '-Xlinker', '-Bdynamic', '-l:libe.a'],
  ]);
  expect(parsed.filter(({ type }) => type === 'library')).toEqual([
    { type: 'library', name: 'a', static: false },
    { type: 'library', name: 'b', static: true },
    { type: 'library', name: 'c', static: false },
    { type: 'library', name: 'd', static: true },
    { type: 'library', name: ':libe.a', static: false },
  ]);
});

test('values of options are no operands', () => {
  expect(parseLinkArguments(['-z', 'now', '-Wl,-T,link.x', '-L', 'dir', '-Lother', 'a.o'])).toEqual(
    [
      { type: 'other', text: '-z now' },
      { type: 'other', text: '-T link.x' },
      { type: 'search', folder: 'dir' },
      { type: 'search', folder: 'other' },
      { type: 'operand', path: 'a.o' },
    ],
  );
});

test('a response file groups by quotes and backslashes', () => {
  expect(parseResponseFile(`a\\ b "c d"\n'e\\f'\t""  g`)).toEqual(['a b', 'c d', 'e\\f', '', 'g']);
});

describe('digest of link arguments', () => {
  const link = (otherArguments: string[], libraries: string[] = []): CapturedLink => ({
    output: '/x/out',
    directory: '/work',
    inputs: [],
    libraries,
    sharedLibraries: [],
    searchPaths: [],
    otherArguments,
  });
  const digest = (args: string[], libraries?: string[], content = 'script'): string =>
    linkArgumentsDigest(link(args, libraries), (path) =>
      path.endsWith('.x') ? Buffer.from(content) : undefined,
    );

  test.each([
    [
      ['-B/a/gcc-ld', '-pie'],
      ['-B/b/gcc-ld', '-pie'],
    ],
    [['--version-script=/tmp/rustc1/list'], ['--version-script=/tmp/rustc2/list']],
    [['-T /a/link.x'], ['-T /b/link.x']],
    [['-rpath /a/lib'], ['-rpath /b/lib']],
    [['-Map=/a/map'], []],
  ])('%j and %j are the same', (one, other) => expect(digest(one)).toBe(digest(other)));

  test.each([
    [['-pie'], ['-no-pie']],
    [['--defsym=a=1'], ['--defsym=a=2']],
    [['-z now'], ['-z lazy']],
    [['--wrap malloc'], []],
  ])('%j and %j differ', (one, other) => expect(digest(one)).not.toBe(digest(other)));

  test('a linker script counts by content, and libraries count', () => {
    expect(digest(['-T /a/link.x'])).not.toBe(digest(['-T /a/link.x'], [], 'another'));
    expect(digest([], ['-lm'])).not.toBe(digest([], ['-lc']));
  });

  test.each([
    '--symbol-ordering-file=order.x',
    '-version-script=names.x',
    '--section-ordering-file order.x',
  ])('the file of %s counts by content, from the folder of the link', (argument) => {
    const of = (content: string) =>
      linkArgumentsDigest(link([argument]), (path) =>
        /^\/work\/\w+\.x$/.test(path) ? Buffer.from(content) : undefined,
      );
    expect(of('one')).not.toBe(of('two'));
  });
});
