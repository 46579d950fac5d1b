import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { openCrateReader } from './crate-reader';
import { discoverTests, type DiscoveredTests, type SourceReader } from './discover-tests';
import { loadOutlineSource } from './rust-outline';

const corpus = join(__dirname, 'test-support', 'corpus');

describe('the corpus', () => {
  it.each(readdirSync(corpus))('%s', async (name) => {
    const folder = join(corpus, name);
    const [found] = await openCrateReader().discover([join(folder, 'lib.rs')]);
    const expected: unknown = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
    expect(comparable(found!, folder)).toEqual(expected);
  });

  it('gives the same from kept outlines', async () => {
    const entry = join(corpus, 'layout', 'lib.rs');
    const first = openCrateReader();
    const cold = await first.discover([entry]);
    const second = openCrateReader(JSON.parse(JSON.stringify(first.outlines())));
    expect(await second.discover([entry])).toEqual(cold);
    expect(first.hasNew()).toBe(true);
    expect(second.hasNew()).toBe(false);
  });
});

describe('discoverTests', () => {
  it('prefers name.rs to name/mod.rs', async () => {
    const found = await discover({
      'src/lib.rs': 'mod a;',
      'src/a.rs': '#[test] fn beside() {}',
      'src/a/mod.rs': '#[test] fn inside() {}',
    });
    expect(testNames(found)).toEqual(['a::beside']);
  });

  it('lets a missing file be no more than a note', async () => {
    const found = await discover({ 'src/lib.rs': 'mod gone; #[test] fn here() {}' });
    expect(testNames(found)).toEqual(['here']);
    expect(found.notes).toEqual([{ file: 'src/gone.rs', message: 'the file is missing' }]);
  });

  it('notes a missing entry file', async () => {
    const found = await discover({});
    expect(found.modules).toEqual([]);
    expect(found.notes).toHaveLength(1);
  });

  it('ends when a file includes itself', async () => {
    const found = await discover({ 'src/lib.rs': 'include!("lib.rs"); #[test] fn a() {}' });
    expect(testNames(found)).toEqual(['a']);
    expect(found.notes).toHaveLength(1);
  });

  it('reads one file that two modules share under both names', async () => {
    const found = await discover({
      'src/lib.rs': '#[path = "x.rs"] mod a; #[path = "x.rs"] mod b;',
      'src/x.rs': '#[test] fn t() {}',
    });
    expect(testNames(found)).toEqual(['a::t', 'b::t']);
    expect(found.notes).toEqual([]);
  });

  it('keeps both the plain file and one that cfg_attr chooses', async () => {
    const found = await discover({
      'src/lib.rs': '#[cfg_attr(loom, path = "loom.rs")] mod sync;',
      'src/sync.rs': '#[test] fn real() {}',
      'src/loom.rs': '#[test] fn model() {}',
    });
    expect(testNames(found)).toEqual(['sync::model', 'sync::real']);
  });

  it('takes configured attributes for tests, by whichever path source names them', async () => {
    const files = {
      'src/lib.rs':
        '#[scenario] fn imported() {} #[macros::scenario(1)] fn named() {} #[scenarios] fn other() {}',
    };
    expect(testNames(await discover(files))).toEqual([]);
    const found = await discover(files, ['macros::scenario']);
    expect(testNames(found)).toEqual(['imported', 'named']);
    expect(found.modules[0]?.tests.map(({ uncertain }) => uncertain)).toEqual([false, false]);
  });

  it.each([
    '#[test] fn a() {',
    'mod',
    '#[',
    '#[path = "\\u{110000}"] mod x;',
    'include!("\\0");',
    '}'.repeat(1000),
    'mod a {'.repeat(300),
    'mod a {'.repeat(20_000),
  ])('survives %p', async (source) => {
    const found = await discover({ 'src/lib.rs': source });
    expect(Array.isArray(found.modules)).toBe(true);
  });
});

async function discover(
  files: Readonly<Record<string, string>>,
  testAttributes?: readonly string[],
): Promise<DiscoveredTests> {
  const outlineSource = await loadOutlineSource(testAttributes);
  const reader: SourceReader = {
    outline: (file) => (files[file] === undefined ? undefined : outlineSource(files[file])),
    exists: (file) => files[file] !== undefined,
  };
  return discoverTests('src/lib.rs', reader);
}

function testNames({ modules }: DiscoveredTests): readonly string[] {
  return modules.flatMap(({ path, tests }) =>
    tests.map(({ name }) => (path === '' ? name : `${path}::${name}`)),
  );
}

function comparable(found: DiscoveredTests, folder: string): unknown {
  const relative = (file: string): string => posix.relative(folder, file);
  return {
    modules: Object.fromEntries(
      found.modules.map(({ path, tests }) => [
        path,
        tests.map(({ name, file, line, cfgs, uncertain }) => ({
          name,
          file: relative(file),
          line,
          ...(cfgs.length > 0 ? { cfgs } : {}),
          ...(uncertain ? { uncertain } : {}),
        })),
      ]),
    ),
    notes: found.notes.map(({ file, message }) => ({ file: relative(file), message })),
    macroTests: found.macroTests,
  };
}
