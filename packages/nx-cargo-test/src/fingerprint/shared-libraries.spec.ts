import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSharedLibraries } from './shared-libraries';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'libraries-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function library(name: string, source: string, ...args: readonly string[]): string {
  const file = join(folder, name);
  writeFileSync(join(folder, 'a.c'), source);
  execFileSync('cc', ['-shared', '-fPIC', '-o', file, join(folder, 'a.c'), ...args]);
  return file;
}

test.each([
  ['beside it', 'libinner.so', ['-Wl,-rpath,$ORIGIN'], []],
  ['where it says', 'below/libinner.so', ['-Wl,-rpath,$ORIGIN/below'], []],
  ['where the link says', 'below/libinner.so', [], ['below']],
])('a library that a library needs counts %s', async (_, inner, args, searchPaths) => {
  mkdirSync(join(folder, 'below'));
  const digest = async (value: number) => {
    const made = library(inner, `int inner(void) { return ${value}; }`, '-Wl,-soname,libinner.so');
    const outer = library(
      'libouter.so',
      'int inner(void); int outer(void) { return inner(); }',
      made,
      ...args,
    );
    const folders = searchPaths.map((path) => join(folder, path));
    const read = await readSharedLibraries([outer], folders);
    expect(read.unfollowed).toEqual([]);
    return read.digest;
  };
  const first = await digest(1);
  expect(await digest(1)).toBe(first);
  expect(await digest(2)).not.toBe(first);
});

test('a damaged library is not followed', async () => {
  const file = join(folder, 'libbad.so');
  writeFileSync(file, '\x7fELF\0');
  const { unfollowed } = await readSharedLibraries([file], []);
  expect(unfollowed).toEqual([expect.stringContaining(`${file} cannot be read`)]);
});
