import { mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CargoFolder, failuresOf } from './test-support/cargo-folder';

const PACKAGE = (name: string): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
const TESTED = '#[cfg(test)]\nmod part {\n    #[test]\n    fn holds() {}\n}\n';

let folder: CargoFolder;
beforeEach(() => {
  folder = new CargoFolder();
  folder.write({ 'sound/Cargo.toml': PACKAGE('sound'), 'sound/src/lib.rs': TESTED });
});
afterEach(() => folder.remove());

describe('a Cargo.toml that cannot be read fails its own project', () => {
  it.each([
    ['a folder', (file: string) => mkdirSync(file)],
    ['a link to itself', (file: string) => symlinkSync(file, file)],
    ['a link to nothing', (file: string) => symlinkSync(`${file}.gone`, file)],
    ['gone since it was listed', () => undefined],
  ])('%s', async (_, make) => {
    folder.write({ 'odd/src/lib.rs': TESTED });
    make(join(folder.folder, 'odd/Cargo.toml'));
    const { projects, errors } = await folder.ask(['odd/Cargo.toml', 'sound/Cargo.toml']);
    expect(errors).toEqual([expect.stringContaining('odd/Cargo.toml')]);
    const [odd, sound] = ['odd', 'sound'].map((name) =>
      projects.find((each) => each.name === name),
    );
    expect(new Set(Object.values(failuresOf(sound!)))).toEqual(new Set([undefined]));
    expect(Object.values(failuresOf(odd!)).every((failure) => failure !== undefined)).toBe(true);
  });
});

describe('source that cannot be read is named where its tests are run', () => {
  it.each<[what: string, make: (file: string) => void, words: string]>([
    [
      'not UTF-8',
      () => folder.write({ 'sound/src/odd.rs': Buffer.from('// caf\xe9\n', 'latin1') }),
      'sound/src/odd.rs: the file is not readable as UTF-8',
    ],
    [
      'a link to itself',
      (file) => symlinkSync(file, file),
      'sound/src/odd.rs: the file is missing',
    ],
    ['a folder', (file) => mkdirSync(file), 'sound/src/odd.rs: the file is missing'],
  ])('%s', async (_, make, words) => {
    folder.write({ 'sound/src/lib.rs': `mod odd;\n${TESTED}` });
    make(join(folder.folder, 'sound/src/odd.rs'));
    const { projects, errors } = await folder.ask(['sound/Cargo.toml']);
    expect(errors).toEqual([]);
    const { targets } = projects[0]!;
    expect(Object.keys(targets!)).toContain('test-part');
    expect(targets!['test-rest']!.metadata?.description).toContain(words);
  });

  it('the root of the library', async () => {
    unlinkSync(join(folder.folder, 'sound/src/lib.rs'));
    folder.write({ 'sound/src/lib.rs': Buffer.from(`// \xff\n${TESTED}`, 'latin1') });
    const { projects } = await folder.ask(['sound/Cargo.toml']);
    const names = Object.keys(projects[0]!.targets!).filter((name) => name.includes('test'));
    expect(names.sort()).toEqual(['build-tests', 'test', 'test-doc', 'test-rest']);
  });
});
