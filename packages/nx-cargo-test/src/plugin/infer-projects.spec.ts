import type { TargetConfiguration } from '@nx/devkit';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { validateOptsAgainstSchema, type Options, type Schema } from 'nx/src/utils/params';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CargoPackage, CargoWorkspace } from '../cargo/metadata';
import { CargoTestError } from '../errors';
import type { DiskCache } from '../disk-cache';
import { guestToolchainCommand } from '../lima/guest-toolchain-command';
import { instanceCommand } from '../lima/instance-command';
import { readCargoSide } from './cargo-side';
import { inferProjects } from './infer-projects';
import { targetMetadata } from './merged-target';
import { resolveOptions } from './plugin-options';
import type { ReadMetadata } from './read-cargo-workspaces';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'infer-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('inferProjects', () => {
  it('makes targets of the modules and binaries of a package', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n[[test]]\nname = "smoke"\nharness = false\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} }\nmod gone;',
      'a/src/main.rs': 'fn main() {}',
      'a/src/bin/tool.rs': '#[test] fn t() {}\nfn main() {}',
      'a/tests/it.rs': '#[test] fn x() {}',
      'a/tests/smoke.rs': 'fn main() {}',
    });
    const [project] = await infer({
      'a/Cargo.toml': workspace('a', [
        cargoPackage('a', 'a', [
          ['lib', 'a', 'src/lib.rs'],
          ['bin', 'a', 'src/main.rs'],
          ['bin', 'tool', 'src/bin/tool.rs'],
          ['test', 'it', 'tests/it.rs'],
          ['test', 'smoke', 'tests/smoke.rs'],
          ['custom-build', 'build-script-build', 'build.rs'],
        ]),
      ]),
    });
    expect(project).toMatchObject({
      name: 'a',
      root: 'a',
      sourceRoot: 'a/src',
      projectType: 'library',
    });
    const descriptions = Object.entries(project!.targets!).map(([name, { metadata }]) => [
      name,
      metadata?.description,
    ]);
    expect(Object.fromEntries(descriptions)).toEqual({
      test: 'All 5 test targets of a',
      'build-tests': 'Compiles the tests of a',
      'test-doc': 'Doc tests of the library a',
      'test-bin-tool': 'Binary tool: 1 test in source',
      'test-it': 'Integration test it: 1 test in source',
      'test-m': 'a, module m: 1 test in source',
      'test-rest':
        'Tests of a that no source shows, such as those that macros make; source not seen in full: a/src/gone.rs: the file is missing',
      'test-smoke': 'Integration test smoke: one test, judged by its exit status',
      doctor: 'Looks for what keeps tests from running, and says what mends it',
    });
  });

  it('wires leaves that run in a Lima instance to what that was made from', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} }',
    });
    const [project] = await infer(
      { 'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]) },
      { runner: 'lima', limaInstance: 'rust', environment: ['TZ'] },
    );
    const { 'test-m': leaf, test, 'build-tests': build } = project!.targets!;
    const instance = {
      runtime: expect.stringMatching(/^limactl list .* rust 2>\/dev\/null \|\| /),
    };
    expect(leaf).toMatchObject({
      inputs: expect.arrayContaining([{ env: 'NX_CARGO_TEST_RUNNER' }, instance]),
      options: { runner: 'lima', limaInstance: 'rust', limaEnvironment: ['TZ'] },
    });
    expect(test!.inputs).toContainEqual(instance);
    expect(build!.inputs).not.toContainEqual(instance);
  });

  it('lets a guest build by its own tools, which is what a Mac does', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} }',
    });
    const inferred = (options: object) =>
      infer(
        { 'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]) },
        options,
      );
    const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
    Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
    const [onMac] = await inferred({ limaInstance: 'rust' });
    Object.defineProperty(process, 'platform', platform);
    const [asked] = await inferred({ runner: 'lima', limaBuild: 'guest', limaInstance: 'rust' });
    for (const project of [onMac, asked]) {
      const { 'build-tests': build, 'test-m': leaf } = project!.targets!;
      expect(build!.inputs).toEqual(['cargoBuild']);
      const commands = project!.namedInputs!['cargoBuild']!.flatMap((input) =>
        typeof input === 'object' && 'runtime' in input ? [input.runtime] : [],
      );
      expect(commands).toContain(instanceCommand('rust'));
      expect(commands).toContain(guestToolchainCommand('rust', []));
      // This machine may have none.
      const here = commands.filter((command) => !command.includes('limactl'));
      expect(here.filter((command) => /rustc -vV|cargo -V|:-cc/.test(command))).toEqual([]);
      expect(build!.options).toMatchObject({ limaInstance: 'rust', limaSources: 'mount' });
      expect(leaf!.options).toMatchObject({ limaBuild: 'guest' });
    }
  });

  it('makes the same targets for every runner where results are shared', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} }',
    });
    const targetsWith = async (variable: string, options: object): Promise<unknown> => {
      const own = jest.replaceProperty(process, 'env', { NX_CARGO_TEST_RUNNER: variable });
      const [project] = await infer(
        { 'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]) },
        options,
      );
      own.restore();
      return project!.targets;
    };
    const sharing = { shareResults: true, targets: {} };
    const shared = await targetsWith('native', sharing);
    expect(await targetsWith('lima', sharing)).toEqual(shared);
    expect(JSON.stringify(shared)).not.toMatch(/limactl|NX_CARGO_TEST_RUNNER/);
    expect(await targetsWith('native', {})).not.toEqual(shared);
    expect(await targetsWith('native', {})).not.toEqual(await targetsWith('lima', {}));
  });

  it('makes one leaf of a library that is not split, and tells the build of test attributes', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} #[scenario] fn u() {} }',
    });
    const answers = {
      'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]),
    };
    const options = { split: false, testAttributes: ['x::scenario'] };
    const [project] = await infer(answers, options);
    const { targets } = project!;
    expect(Object.keys(targets!)).toEqual([
      ...['test', 'build-tests', 'test-doc', 'test-lib-a', 'doctor'],
    ]);
    expect(targets!['test-lib-a']).toMatchObject({
      options: { leaf: 'lib:a' },
      metadata: { description: 'Library a: 2 tests in source' },
    });
    expect(targets!['build-tests']!.options).toMatchObject({ testAttributes: ['x::scenario'] });
    expect(leaves(targets!['test']!)).toEqual(['test-lib-a']);
  });

  it('gives no target an option that its executor does not know', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} }',
    });
    const [project] = await infer(
      { 'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]) },
      {
        ...{ features: ['f'], profile: 'release', buildEnvironment: ['B'], testAttributes: ['t'] },
        ...{ environment: ['E'], sets: { s: ['m'] }, expectedFailures: { a: ['m::t'] } },
        ...{ reuse: 'module', packModules: true, packedTests: 9, shareResults: true },
        ...{ runner: 'lima', limaInstance: 'rust', limaBuild: 'guest', limaStart: true },
        targets: { lint: { args: ['-v'], toolchain: 'nightly', features: ['g'] } },
      },
    );
    const unknown = Object.entries(project!.targets!).flatMap(([name, { executor, options }]) => {
      const file = `../../schemas/${executor!.replace('nx-cargo-test:', '')}.json`;
      const schema = JSON.parse(readFileSync(join(__dirname, file), 'utf8')) as Schema;
      // Nx ends a whole batch where it refuses an option.
      validateOptsAgainstSchema((options ?? {}) as Options, schema);
      return Object.keys(options ?? {})
        .filter((option) => !(option in schema.properties))
        .map((option) => `${name}: ${option}`);
    });
    expect(unknown).toEqual([]);
  });

  it('leaves it to the executor to say who chose the runner', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} }',
    });
    const variable = jest.replaceProperty(process, 'env', { NX_CARGO_TEST_RUNNER: 'lima' });
    const [project] = await infer({
      'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]),
    });
    variable.restore();
    const { options } = project!.targets!['test-m']!;
    expect(options).toMatchObject({ limaInstance: 'default' });
    // With the option it would be the option that chose, also on a host that has no choice.
    expect(options).not.toHaveProperty('runner');
  });

  it('wires a leaf to its fingerprint file and to nothing that changes often', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'a/src/lib.rs': 'mod m { #[test] fn t() {} }',
    });
    const [project] = await infer(
      { 'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]) },
      {
        runtimeInputs: ['{projectRoot}/data/*', '{workspaceRoot}/shared.sql'],
        environment: ['TZ'],
        expectedFailures: { a: ['m::t'], b: ['x'] },
      },
    );
    const { metadata: _, ...leaf } = project!.targets!['test-m']!;
    expect(leaf).toEqual({
      executor: 'nx-cargo-test:test-module',
      cache: true,
      dependsOn: ['build-tests'],
      inputs: [
        { dependentTasksOutputFiles: 'a/target/nx-cargo-test/a/fingerprints/lib.m.json' },
        { input: 'cargoTestRuntime' },
        '{workspaceRoot}/shared.sql',
        { env: 'NX_CARGO_TEST_RUNNER' },
        { externalDependencies: [] },
      ],
      outputs: [
        '{workspaceRoot}/a/target/nx-cargo-test/a/results/lib.m.json',
        '{workspaceRoot}/a/target/nx-cargo-test/a/junit/lib.m.xml',
      ],
      options: {
        package: 'a',
        cargoWorkspace: 'a',
        leaf: 'lib::m',
        warnAfterSeconds: 60,
        killAfterSeconds: 300,
        expectedFailures: ['m::t'],
      },
    });
    expect(project!.namedInputs!['cargoTestRuntime']).toEqual([
      '{workspaceRoot}/a/data/*',
      { env: 'TZ' },
    ]);
    expect(project!.targets!['test']).toMatchObject({
      executor: 'nx-cargo-test:group',
      dependsOn: [
        { target: 'test-m', params: 'forward' },
        { target: 'test-rest', params: 'forward' },
      ],
    });
    expect(leaves(project!.targets!['test']!)).toEqual(['test-m', 'test-rest']);
  });

  it('gives doc tests the inputs of the build and of running tests', async () => {
    write({ 'a/Cargo.toml': '[package]\nname = "a"\n', 'a/src/lib.rs': '' });
    const [project] = await infer(
      { 'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]) },
      { runtimeInputs: ['{projectRoot}/data/*'], environment: ['TZ'], features: ['x'] },
    );
    const { 'build-tests': build, 'test-doc': doc } = project!.targets!;
    expect(doc!.inputs).toEqual([...build!.inputs!, { input: 'cargoTestRuntime' }]);
    expect(doc).toMatchObject({
      executor: 'nx-cargo-test:test-doc',
      cache: true,
      dependsOn: ['build-tests'],
      outputs: [
        '{workspaceRoot}/a/target/nx-cargo-test/a/results/doc.json',
        '{workspaceRoot}/a/target/nx-cargo-test/a/junit/doc.xml',
      ],
      options: {
        package: 'a',
        cargoWorkspace: 'a',
        features: ['x'],
        warnAfterSeconds: 60,
        killAfterSeconds: 300,
      },
    });
    expect(leaves(project!.targets!['test']!)).not.toContain('test-doc');
  });

  it('has doc tests compiled where other tests are', async () => {
    write({ 'a/Cargo.toml': '[package]\nname = "a"\n', 'a/src/lib.rs': '' });
    const [project] = await infer(
      { 'a/Cargo.toml': workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]) },
      { runner: 'lima', limaBuild: 'guest', limaInstance: 'rust', environment: ['TZ'] },
    );
    const { inputs, options } = project!.targets!['test-doc']!;
    expect(inputs).toContain('cargoBuild');
    expect(project!.namedInputs!['cargoBuild']).toContainEqual({
      runtime: guestToolchainCommand('rust', []),
    });
    expect(options).toMatchObject({
      ...{ runner: 'lima', limaBuild: 'guest', limaInstance: 'rust', limaSources: 'mount' },
      limaEnvironment: ['TZ'],
    });
  });

  it('names the target of doc tests as it is asked to, or leaves it out', async () => {
    write({ 'a/Cargo.toml': '[package]\nname = "a"\n', 'a/src/lib.rs': '' });
    const json = workspace('a', [cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']])]);
    const targets = async (option: unknown): Promise<Record<string, TargetConfiguration>> => {
      const [project] = await infer(
        { 'a/Cargo.toml': json },
        {
          targets: { 'test-doc': option },
        },
      );
      return project!.targets!;
    };
    const renamed = await targets({ name: 'doctest', args: ['--include-ignored'] });
    expect(renamed['doctest']).toMatchObject({
      executor: 'nx-cargo-test:test-doc',
      options: { args: ['--include-ignored'] },
    });
    expect(renamed['ci']!.dependsOn).toContain('doctest');
    expect(renamed).not.toHaveProperty('test-doc');
    const without = await targets(false);
    expect(without).not.toHaveProperty('test-doc');
    expect(without['ci']!.dependsOn).not.toContain('test-doc');
  });

  it('runs doc tests of a library whose unit tests are off, and none where cargo runs none', async () => {
    write({ 'a/Cargo.toml': '[package]\nname = "a"\n', 'b/Cargo.toml': '[package]\nname = "b"\n' });
    const a = cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']]);
    const b = cargoPackage('b', 'b', [['bin', 'b', 'src/main.rs']]);
    const projects = await infer({
      'a/Cargo.toml': workspace('a', [
        { ...a, targets: a.targets.map((target) => ({ ...target, test: false })) },
      ]),
      'b/Cargo.toml': workspace('b', [b]),
    });
    const [documented, program] = projects.map(({ targets }) => targets!);
    expect(Object.keys(documented!)).toEqual(['test-doc', 'doctor']);
    expect(documented!['test-doc']!.dependsOn).toBeUndefined();
    expect(program).not.toHaveProperty('test-doc');
  });

  it('asks cargo once a workspace, and not again while nothing changed', async () => {
    write({
      'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n',
      'a/Cargo.toml': '[package]\nname = "a"\n',
      'b/Cargo.toml': '[package]\nname = "b"\n',
      'c/Cargo.toml': '[package]\nname = "c"\n[workspace]\n',
    });
    const answers = {
      'Cargo.toml': workspace('.', [cargoPackage('a', 'a', []), cargoPackage('b', 'b', [])]),
      'c/Cargo.toml': workspace('c', [cargoPackage('c', 'c', [])]),
    };
    const files = ['Cargo.toml', 'a/Cargo.toml', 'b/Cargo.toml', 'c/Cargo.toml'];
    const cache = memoryCache();
    const asked: string[] = [];
    const read = metadataFrom(answers, asked);
    await readCargoSide(files, root, cache, { readMetadata: read });
    expect(asked.sort()).toEqual(['Cargo.toml', 'c/Cargo.toml']);
    await readCargoSide(files, root, cache, { readMetadata: read });
    expect(asked).toHaveLength(2);
    write({ 'a/tests/new.rs': '' });
    await readCargoSide(files, root, cache, { readMetadata: read });
    expect(asked).toHaveLength(3);
  });

  it('keeps every other project when a workspace cannot be read, and never caches the failure', async () => {
    write({
      'good/Cargo.toml': '[package]\nname = "good"\n',
      'good/src/lib.rs': '',
      'bad/Cargo.toml': '[package]\nname = "bad"\nversion =\n',
    });
    const answers = {
      'good/Cargo.toml': workspace('good', [
        cargoPackage('good', 'good', [['lib', 'good', 'src/lib.rs']]),
      ]),
      'bad/Cargo.toml': new CargoTestError('CARGO_METADATA_FAILED', 'cargo says no'),
    };
    const targets = { fmt: false, doc: { name: 'docs' } };
    const projects = await infer(answers, { targets });
    expect(projects.map(({ name }) => name).sort()).toEqual(['bad', 'good']);
    const bad = projects.find(({ name }) => name === 'bad')!;
    const { doctor, ...failing } = bad.targets!;
    expect(doctor).toMatchObject({ executor: 'nx-cargo-test:doctor', cache: false });
    expect(Object.keys(failing).sort()).toEqual([
      ...['all', 'build', 'build-tests', 'ci', 'coverage', 'docs', 'fmt-check', 'lint', 'miri'],
      ...['test', 'test-doc'],
    ]);
    for (const target of Object.values(failing)) {
      expect(target.cache).toBe(false);
      expect(targetMetadata(target)?.failure).toEqual({
        code: 'CARGO_METADATA_FAILED',
        message: 'cargo says no',
      });
    }
    const asked: string[] = [];
    const cache = memoryCache();
    await readCargoSide(['bad/Cargo.toml'], root, cache, {
      readMetadata: metadataFrom(answers, asked),
    });
    await readCargoSide(['bad/Cargo.toml'], root, cache, {
      readMetadata: metadataFrom(answers, asked),
    });
    expect(asked).toEqual(['bad/Cargo.toml', 'bad/Cargo.toml']);
  });

  it('does not cache the build when a path dependency is out of sight', async () => {
    write({ 'a/Cargo.toml': '[package]\nname = "a"\n', 'a/src/lib.rs': '' });
    const lib = cargoPackage('a', 'a', [['lib', 'a', 'src/lib.rs']]);
    const [project] = await infer({
      'a/Cargo.toml': workspace('a', [
        { ...lib, pathDependencies: [{ name: 'x', folder: '/elsewhere/x', kind: 'normal' }] },
      ]),
    });
    const build = project!.targets!['build-tests']!;
    expect(build.cache).toBe(false);
    expect(build.metadata?.description).toContain('/elsewhere/x');
    expect(project!.targets!['test-doc']!.cache).toBe(false);
    expect(project!.targets!['test-rest']!.cache).toBe(true);
  });

  it('caches nothing in a folder whose name could be a pattern', async () => {
    write({ 'a[1]/Cargo.toml': '[package]\nname = "a"\n', 'a[1]/src/lib.rs': '' });
    const [project] = await infer({
      'a[1]/Cargo.toml': workspace('a[1]', [
        cargoPackage('a', 'a[1]', [['lib', 'a', 'src/lib.rs']]),
      ]),
    });
    expect(Object.values(project!.targets!).map(({ cache }) => cache)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('tells packages of one name apart by their folder', async () => {
    write({
      'a/Cargo.toml': '[package]\nname = "same"\n',
      'x/b/Cargo.toml': '[package]\nname = "same"\n',
    });
    const projects = await infer({
      'a/Cargo.toml': workspace('a', [cargoPackage('same', 'a', [])]),
      'x/b/Cargo.toml': workspace('x/b', [cargoPackage('same', 'x/b', [])]),
    });
    expect(projects.map(({ name, root: folder }) => [name, folder])).toEqual([
      ['same', 'a'],
      ['same-x-b', 'x/b'],
    ]);
  });

  it('passes over crates that cargo unpacked into a target folder', async () => {
    write({ 'target/CACHEDIR.TAG': '', 'target/package/a/Cargo.toml': '[package]\nname = "a"\n' });
    expect(
      await infer({ 'target/package/a/Cargo.toml': workspace('target/package/a', []) }),
    ).toEqual([]);
  });
});

type Answers = Readonly<Record<string, CargoWorkspace | Error>>;

/** Without the targets of commands, unless the options say something of them. */
async function infer(answers: Answers, options: object = {}): ReturnType<typeof projectsOf> {
  return projectsOf(answers, { targets: false, ...options });
}

async function projectsOf(answers: Answers, options: unknown) {
  const cache = memoryCache();
  const side = await readCargoSide(Object.keys(answers), root, cache, {
    readMetadata: metadataFrom(answers, []),
  });
  const inferred = await inferProjects(side, root, resolveOptions(options), cache);
  return inferred.map(({ project }) => project);
}

function metadataFrom(answers: Answers, asked: string[]): ReadMetadata {
  return (manifestFile) => {
    const file = manifestFile.slice(root.length + 1);
    asked.push(file);
    const answer = answers[file] ?? new Error(`not expected: ${file}`);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
}

function workspace(folder: string, packages: readonly CargoPackage[]): CargoWorkspace {
  return { folder: join(root, folder), targetFolder: join(root, folder, 'target'), packages };
}

function cargoPackage(
  name: string,
  folder: string,
  targets: readonly (readonly [kind: string, name: string, file: string])[],
): CargoPackage {
  return {
    name,
    manifestFile: join(root, folder, 'Cargo.toml'),
    targets: targets.map(([kind, target, file]) => ({
      name: target,
      kind: [kind],
      sourceFile: join(root, folder, file),
      test: kind !== 'custom-build',
      doctest: kind === 'lib',
      requiredFeatures: [],
    })),
    pathDependencies: [],
  };
}

function leaves(target: TargetConfiguration): readonly string[] | undefined {
  return targetMetadata(target)?.leaves;
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

function memoryCache(): DiskCache {
  const kept = new Map<string, string>();
  return {
    read: (name, key) => {
      const text = kept.get(`${name}\0${key}`);
      return text === undefined ? undefined : JSON.parse(text);
    },
    write: (name, key, value) => void kept.set(`${name}\0${key}`, JSON.stringify(value)),
  };
}
