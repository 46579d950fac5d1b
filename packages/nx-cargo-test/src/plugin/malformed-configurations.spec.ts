import { parseBuildTestsOptions } from '../executors/build-tests/options';
import { parseTestModuleOptions } from '../executors/test-module/options';
import { findUnknownOption } from './known-options';
import { CargoFolder, failuresOf } from './test-support/cargo-folder';

const MANIFESTS = ['one/Cargo.toml', 'two/Cargo.toml'];
const folder = new CargoFolder();

beforeAll(() => {
  for (const name of ['one', 'two']) {
    folder.write({
      [`${name}/Cargo.toml`]: `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n`,
      [`${name}/src/lib.rs`]: `#[cfg(test)]\nmod ${name}_module {\n    #[test]\n    fn holds() {}\n}\n`,
    });
  }
});

afterAll(() => folder.remove());

const targetsOf = (name: string, ...sets: readonly string[]): readonly string[] =>
  [
    ...['build-tests', 'test', 'test-doc', `test-${name}_module`, 'test-rest'],
    ...['all', 'build', 'ci', 'coverage', 'doc', 'fmt', 'fmt-check', 'lint', 'miri'],
    ...sets.map((set) => `test-${set}`),
  ].sort();

describe('wrong options in nx.json: one error, and every target fails with it', () => {
  it.each<[what: string, options: unknown, error: string, sets?: readonly string[]]>([
    [
      'an unknown key',
      { runtimInputs: [] },
      'runtimInputs: unknown option; did you mean runtimeInputs?; known are ',
    ],
    ['a text for a list', { features: 'serde' }, 'features: expected Array, got "serde"'],
    ['a list for a text', { profile: ['release'] }, 'profile: expected string, got Array'],
    ['an empty text', { profile: '' }, 'profile: expected a text that is not empty, got ""'],
    ['a fraction', { packedTests: 2.5 }, 'packedTests: expected an integer, got 2.5'],
    ['a list for an object', { sets: ['one_module'] }, 'sets: expected Object, got Array'],
    ['a list for all options', [{ split: false }], '(all): expected Object, got Array'],
    [
      'a set without members',
      { sets: { quick: [] } },
      'sets.quick: expected a list that is not empty, got []',
      ['quick'],
    ],
    [
      'files that Nx would not find',
      { runtimeInputs: ['{projectRoot}/tests/**', 'data/**'] },
      'runtimeInputs.1: expected a fileset that begins with {projectRoot}/ or {workspaceRoot}/, got "data/**"',
    ],
    [
      'a variable with its value',
      { environment: ['TZ=UTC'] },
      'environment.0: expected a variable name, got "TZ=UTC"',
    ],
    [
      'a choice that there is not',
      { reuse: 'tests' },
      'reuse: expected ("test" | "module" | "off"), got "tests"; did you mean test?',
    ],
    ['a number out of range', { warnAfterSeconds: 0 }, 'warnAfterSeconds: expected >=1, got 0'],
    [
      'limits that contradict each other',
      { killAfterSeconds: 5 },
      'killAfterSeconds: expected at least warnAfterSeconds (60), got 5',
    ],
    [
      'all features and some',
      { allFeatures: true, features: ['serde'] },
      'allFeatures: true, and features names some',
    ],
    [
      'all features without the default ones',
      { allFeatures: true, noDefaultFeatures: true },
      'allFeatures: true, and noDefaultFeatures leaves some out',
    ],
    [
      'what is no name of a variable',
      { buildEnvironment: ['GIT_COMMIT', 'A B'] },
      'buildEnvironment.1: expected a variable name, got "A B"',
    ],
    [
      'what is no path of an attribute',
      { testAttributes: ['#[scenario]'] },
      'testAttributes.0: expected the path of an attribute, without #[ ], got "#[scenario]"',
    ],
    [
      'a set with a name that is taken',
      { sets: { doc: ['one_module'] } },
      'sets.doc: test-doc is the target of the doc tests',
    ],
    [
      'a set whose member is no text, beside a right one',
      { sets: { quick: ['one_module'], slow: [3] } },
      'sets.slow.0: expected string, got 3',
      ['quick', 'slow'],
    ],
    [
      'a list of tests for no package',
      { expectedFailures: ['one_module::holds'] },
      'expectedFailures: expected Object, got Array',
    ],
    [
      'a list of tests for a package that there is not',
      { expectedFailures: { one: ['one_module::holds'], tow: ['two_module::holds'] } },
      'expectedFailures.tow: no package is called tow; did you mean two?',
    ],
    ['no object at all', 'features', '(all): expected Object, got "features"'],
  ])('%s', async (_, options, error, sets = []) => {
    const { projects, errors } = await folder.ask(MANIFESTS, options);
    expect(errors).toEqual([expect.stringContaining(`in nx.json: ${error}`)]);
    const message = errors[0]!.replace(/^nx-cargo-test: /, '');
    for (const project of projects) {
      const failures = failuresOf(project);
      expect(Object.keys(failures).sort()).toEqual(targetsOf(project.name!, ...sets));
      expect([...new Set(Object.values(failures))]).toEqual([message]);
    }
    expect(projects.map(({ name }) => name)).toEqual(['one', 'two']);
  });
});

describe('a set with a member that no package has: the set fails, and nothing else', () => {
  it.each<[members: readonly string[], failures: Record<string, string | undefined>]>([
    [['one:one_module', 'two:two_module'], {}],
    [
      ['one_module', 'two_module'],
      { one: 'test-two_module; write', two: 'test-one_module; write' },
    ],
    [
      ['one_modul'],
      {
        one: 'sets.quick.0: no package has a target test-one_modul; did you mean one_module?',
        two: 'sets.quick.0: no package has a target test-one_modul; did you mean one_module?',
      },
    ],
    [['one_module', 'gone'], { one: 'sets.quick.1: no package has a target test-gone' }],
    [
      ['two_module', 'twoo:two_module'],
      { two: 'sets.quick.1: no package is called twoo; did you mean two?' },
    ],
  ])('%j', async (members, expected) => {
    const { projects, errors } = await folder.ask(MANIFESTS, { sets: { quick: members } });
    expect(errors).toEqual([]);
    for (const project of projects) {
      const { 'test-quick': set, ...others } = failuresOf(project);
      const words = expected[project.name!];
      expect(set).toEqual(words === undefined ? undefined : expect.stringContaining(words));
      expect(Object.values(others).filter((failure) => failure !== undefined)).toEqual([]);
    }
  });
});

describe('wrong options of a target', () => {
  it.each([
    [
      'nx-cargo-test:test-module',
      { options: { killAfterSecond: 3 } },
      'options.killAfterSecond: unknown option; did you mean killAfterSeconds?; known are package, ',
    ],
    [
      'nx-cargo-test:test-doc',
      { configurations: { ci: { warnAfter: 3 } } },
      'configurations.ci.warnAfter: unknown option; known are ',
    ],
    [
      'nx-cargo-test:cargo',
      { options: { maxWarnings: 0, fetures: ['serde'] } },
      'options.fetures: unknown option; did you mean features?; known are command, ',
    ],
  ])('%s %j', (executor, configured, words) => {
    expect(findUnknownOption({ executor, ...configured })).toContain(words);
  });

  it('known ones, and those of other executors', () => {
    const options = { package: 'a', cargoWorkspace: 'a', leaf: 'lib' };
    expect(findUnknownOption({ executor: 'nx-cargo-test:test-module', options })).toBeUndefined();
    expect(findUnknownOption({ executor: 'nx:run-commands', options })).toBeUndefined();
    // What targetDefaults hold for the target test of all projects.
    const defaults = { options: { passWithNoTests: true } };
    expect(findUnknownOption({ executor: 'nx-cargo-test:group', ...defaults })).toBeUndefined();
    const eslint = { options: { fix: true, maxWarnings: 0, cache: true, quiet: true } };
    expect(findUnknownOption({ executor: 'nx-cargo-test:cargo', ...eslint })).toBeUndefined();
  });

  const place = { package: 'a', cargoWorkspace: 'a' };
  it.each([
    [{ featurs: [] }, 'featurs: unknown option; did you mean features?'],
    [{ features: 'a' }, 'features: expected Array, got "a"'],
    [{ allFeatures: true, features: ['a'] }, 'allFeatures: true, and features names some'],
  ])('build-tests %j', (options, words) => {
    expect(() => parseBuildTestsOptions({ ...place, ...options })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining(words) }),
    );
  });

  it.each([
    [{ killAfterSeconds: 'soon' }, 'killAfterSeconds: expected number, got "soon"'],
    [{ expectedFailures: 'a::b' }, 'expectedFailures: expected Array, got "a::b"'],
    [{ runner: 'Lima' }, 'got "Lima"; did you mean lima?'],
    [{ leaf: 'task::arena' }, 'leaf: expected a test module such as lib::task or test:name'],
  ])('test-module %j', (options, words) => {
    expect(() => parseTestModuleOptions({ ...place, leaf: 'lib', ...options })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining(words) }),
    );
  });
});
