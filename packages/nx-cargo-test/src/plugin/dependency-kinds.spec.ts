import { LAYOUTS } from '../cargo/test-support/manifest-layouts';
import { CargoFolder, type PluginAnswer } from './test-support/cargo-folder';

let folder: CargoFolder;
beforeEach(() => {
  folder = new CargoFolder();
});
afterEach(() => folder.remove());

it('dependencies of every kind are dependencies of the project and inputs of its build', async () => {
  const answer = await ask('dependencies of every kind');
  const names = ['actual', 'helper', 'linuxy', 'maker', 'maybe', 'plain', 'unixy'];
  expect(answer.dependencies).toEqual(names.map((name) => `app -> ${name}`));
  // The package is the workspace's root, so its own pattern covers all.
  expect(buildSources(answer, 'app')).toEqual(['{workspaceRoot}/**/*']);
});

it('inherited and renamed ones, beside one that only the workspace names', async () => {
  const answer = await ask('a virtual workspace whose members inherit');
  expect(answer.dependencies).toEqual(['app -> base', 'app -> the-tool']);
  expect(buildSources(answer, 'app')).toEqual([
    '{workspaceRoot}/app/**/*',
    '{workspaceRoot}/base/**/*',
    '{workspaceRoot}/tools/tool/**/*',
  ]);
});

it('what a patch puts in the place of a registry crate', async () => {
  const answer = await ask('a patch');
  expect(answer.dependencies).toEqual(['patched -> itoa']);
});

it('dependencies in another Cargo workspace, and those of dependencies', async () => {
  const answer = await ask('two workspaces, one in the other', {
    'inner/Cargo.toml':
      '[package]\nname = "inner"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\nmembers = ["part"]\n[dependencies]\npart = { path = "part" }\n[dev-dependencies]\nhelp = { path = "../help" }\n',
    'help/Cargo.toml':
      '[package]\nname = "help"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n',
    'help/src/lib.rs': '',
  });
  expect(answer.dependencies).toEqual(['inner -> help', 'inner -> part', 'outer -> inner']);
  // What inner only needs for its own tests is not compiled for outer.
  expect(buildSources(answer, 'outer')).toEqual([
    '{workspaceRoot}/inner/**/*',
    '{workspaceRoot}/outer/**/*',
  ]);
  expect(buildSources(answer, 'inner')).toEqual([
    '{workspaceRoot}/help/**/*',
    '{workspaceRoot}/inner/**/*',
  ]);
});

it.each([
  ['files in every usual place', 'application', 'src'],
  ['a library and a program of one name', 'library', 'src'],
  ['targets with settings of their own', 'library', 'source'],
  ['a macro', 'library', 'src'],
])('%s: shown as %s', async (layout, projectType, sourceRoot) => {
  const { projects } = await ask(layout);
  expect(projects).toEqual([
    expect.objectContaining({
      root: '.',
      projectType,
      sourceRoot,
      metadata: expect.objectContaining({ technologies: ['rust'] }),
    }),
  ]);
});

async function ask(
  layout: string,
  more: Readonly<Record<string, string>> = {},
): Promise<PluginAnswer> {
  const files = { ...LAYOUTS[layout], ...more };
  folder.write(files);
  const answer = await folder.ask(
    Object.keys(files).filter((file) => file.endsWith('Cargo.toml') && !file.includes('fixtures')),
  );
  expect(answer.errors).toEqual([]);
  return answer;
}

/** The patterns of source files that the build of a project reads. */
function buildSources({ projects }: PluginAnswer, name: string): readonly unknown[] {
  const project = projects.find((each) => each.name === name);
  const inputs = project?.namedInputs?.['cargoBuild'] ?? [];
  expect(project?.targets?.['build-tests']?.inputs).toEqual(['cargoBuild']);
  return inputs.filter((input) => typeof input === 'string' && /^\{.*\*\*\/\*$/.test(input));
}
