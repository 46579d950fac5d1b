import { CargoFolder, failuresOf } from './test-support/cargo-folder';

const PACKAGE = (name: string, rest = ''): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`;

const LIBRARY = '#[cfg(test)]\nmod tests {\n    #[test]\n    fn holds() {}\n}\n';

/** Two sound packages, one of which uses the other. */
const SOUND = {
  'sound/Cargo.toml': PACKAGE('sound', '[dependencies]\nbase = { path = "../base" }\n'),
  'sound/src/lib.rs': LIBRARY,
  'base/Cargo.toml': PACKAGE('base'),
  'base/src/lib.rs': LIBRARY,
};

interface Malformed {
  readonly what: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Words of the one error. */
  readonly error: string;
  /** Packages whose targets fail with it. */
  readonly failed: readonly string[];
}

const MALFORMED: readonly Malformed[] = [
  {
    what: 'a Cargo.toml that is no TOML',
    files: { 'bad/Cargo.toml': '[package]\nname = "bad"\nversion = \n', 'bad/src/lib.rs': '' },
    error: 'Cargo.toml:3:11',
    failed: ['bad'],
  },
  {
    what: 'a package without a name',
    files: { 'bad/Cargo.toml': '[package]\nversion = "0.1.0"\n', 'bad/src/lib.rs': '' },
    error: 'name',
    failed: ['bad'],
  },
  {
    what: 'a member that is missing',
    files: {
      'bad/Cargo.toml': '[workspace]\nmembers = ["here", "gone"]\n',
      'bad/here/Cargo.toml': PACKAGE('here'),
      'bad/here/src/lib.rs': '',
    },
    error: 'bad/gone/Cargo.toml',
    failed: ['here'],
  },
  {
    what: 'two roots',
    files: {
      'bad/Cargo.toml': '[workspace]\nmembers = ["inner"]\n',
      'bad/inner/Cargo.toml': `${PACKAGE('inner')}[workspace]\n`,
      'bad/inner/src/lib.rs': LIBRARY,
    },
    error: 'multiple workspace roots found in the same workspace',
    failed: ['bad'],
  },
  {
    what: 'two packages of one name',
    files: {
      'bad/Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n',
      'bad/a/Cargo.toml': PACKAGE('same'),
      'bad/a/src/lib.rs': '',
      'bad/b/Cargo.toml': PACKAGE('same'),
      'bad/b/src/lib.rs': '',
    },
    error: 'two packages named `same` in this workspace',
    failed: ['same', 'same-bad-b'],
  },
  {
    what: 'no source',
    files: { 'bad/Cargo.toml': PACKAGE('bad') },
    error: 'no targets specified in the manifest',
    failed: ['bad'],
  },
  {
    what: 'an edition that there is not',
    files: {
      'bad/Cargo.toml': '[package]\nname = "bad"\nversion = "0.1.0"\nedition = "1999"\n',
      'bad/src/lib.rs': '',
    },
    error: '1999',
    failed: ['bad'],
  },
  {
    what: 'inheritance from a workspace that says nothing',
    files: {
      'bad/Cargo.toml': '[workspace]\nmembers = ["heir"]\n',
      'bad/heir/Cargo.toml': PACKAGE('heir', '[dependencies]\nbase.workspace = true\n'),
      'bad/heir/src/lib.rs': '',
    },
    error: '`workspace.dependencies` was not defined',
    failed: ['heir'],
  },
  {
    what: 'a package that its workspace does not know',
    files: {
      'bad/Cargo.toml': '[workspace]\nmembers = ["known"]\n',
      'bad/known/Cargo.toml': PACKAGE('known'),
      'bad/known/src/lib.rs': '',
      'bad/stray/Cargo.toml': PACKAGE('stray', 'workspace = ".."\n'),
      'bad/stray/src/lib.rs': '',
    },
    error: 'bad/stray/Cargo.toml names the workspace bad, whose members it is not among',
    failed: ['stray'],
  },
  {
    what: 'a Cargo.toml that is not UTF-8',
    files: {
      'bad/Cargo.toml': Buffer.from('[package]\nname = "bad"\n# caf\xe9\n', 'latin1'),
      'bad/src/lib.rs': '',
    },
    error: 'bad/Cargo.toml',
    failed: ['bad'],
  },
  {
    what: 'a feature that needs one which there is not',
    files: {
      'bad/Cargo.toml': PACKAGE('bad', '[features]\na = ["b"]\n'),
      'bad/src/lib.rs': '',
    },
    error: 'feature `a` includes `b` which is neither a dependency nor another feature',
    failed: ['bad'],
  },
  {
    what: 'a dependency that is no dependency',
    files: {
      'bad/Cargo.toml': PACKAGE('bad', '[dependencies]\nserde = 1\n'),
      'bad/src/lib.rs': '',
    },
    error: 'serde',
    failed: ['bad'],
  },
];

let folder: CargoFolder;
beforeEach(() => {
  folder = new CargoFolder();
  folder.write(SOUND);
});
afterEach(() => folder.remove());

describe('one error, targets that fail with it, and the rest of the graph intact', () => {
  it.each(MALFORMED)('$what', async ({ files, error, failed }) => {
    folder.write(files);
    const manifests = Object.keys({ ...SOUND, ...files }).filter((file) =>
      file.endsWith('Cargo.toml'),
    );
    // Of a package that may be the one that cannot be read.
    const options = { expectedFailures: { unread: ['holds'] } };
    const { projects, errors, dependencies } = await folder.ask(manifests, options);
    expect(errors).toEqual([expect.stringContaining(error)]);
    expect(dependencies).toEqual(['sound -> base']);
    const message = errors[0]!.replace(/^nx-cargo-test: /, '');
    for (const project of projects) {
      const failures = failuresOf(project);
      expect([project.name, new Set(Object.values(failures))]).toEqual([
        project.name,
        new Set([failed.includes(project.name!) ? message : undefined]),
      ]);
      expect(Object.keys(failures)).toEqual(expect.arrayContaining(['build-tests', 'test']));
    }
    const names = projects.map(({ name }) => name!);
    expect(names).toEqual(expect.arrayContaining(['base', 'sound', ...failed]));
  });
});
