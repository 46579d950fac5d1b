import { selectProject, type CargoProject } from './cargo-project';
import { cargoProjects } from './nx-cargo-projects';

const project = (name: string, folder: string, packageName = name): CargoProject => ({
  name,
  folder,
  package: packageName,
  cargoWorkspace: '.',
});
const outer = project('outer', 'crates/outer');
const inner = project('inner', 'crates/outer/inner', 'same');
const renamed = project('renamed', 'crates/other', 'same');
const all = [outer, inner, renamed];

test.each([
  ['crates/outer', outer],
  ['crates/outer/src', outer],
  ['crates/outer/inner/src/io', inner],
  ['crates/other', renamed],
])('in %s its project is meant', (folder, expected) => {
  expect(selectProject(all, {}, folder)).toBe(expected);
});

test('options name a project wherever one is', () => {
  expect(selectProject(all, { project: 'renamed' }, '.')).toBe(renamed);
  expect(selectProject(all, { package: 'outer' }, 'crates/other')).toBe(outer);
  expect(selectProject(all, { package: 'same' }, 'crates/other/src')).toBe(renamed);
  expect(selectProject([outer], {}, 'apps/web')).toBe(outer);
  expect(selectProject([project('root', '.'), outer], {}, 'docs').name).toBe('root');
});

test.each([
  [all, {}, '.', /^several .*\n {2}--project=inner {2}\(crates\/outer\/inner\)\n.*outer/],
  [all, {}, 'apps/web', /^this folder is in no .*--project=renamed/s],
  [all, { package: 'same' }, '.', /^several .*=inner.*=renamed/s],
  [all, { project: 'same' }, '.', /^no Cargo project .* called same; name one of:\n.*=outer/s],
  [all, { package: 'x', project: 'y' }, '.', /called y of the package x/],
  [[], {}, '.', /^no Cargo project of this Nx workspace is known to Nx$/],
])('%#: what is unclear is an error with the choices', (projects, selection, folder, message) => {
  expect(() => selectProject(projects, selection, folder)).toThrow(
    expect.objectContaining({
      code: 'UNCLEAR_SELECTION',
      message: expect.stringMatching(message),
    }),
  );
});

test('projects are those whose tests the plugin builds, under their names in Nx', () => {
  const node = (name: string, root: string, executor: string, options: object) => ({
    type: 'lib' as const,
    name,
    data: { root, targets: { anything: { executor, options } } },
  });
  const options = { package: 'a', cargoWorkspace: 'crates' };
  const nodes = {
    b: node('b', 'crates/b', 'nx-cargo-test:build-tests', { ...options, package: 'b' }),
    a: node('renamed', 'crates/a', 'nx-cargo-test:build-tests', { ...options, profile: 'x' }),
    c: node('c', 'c', 'nx:run-commands', options),
    d: node('d', 'd', 'nx-cargo-test:build-tests', {}),
    e: { type: 'lib' as const, name: 'e', data: { root: 'e' } },
  };
  expect(cargoProjects({ nodes })).toEqual([
    { name: 'b', folder: 'crates/b', package: 'b', cargoWorkspace: 'crates' },
    { name: 'renamed', folder: 'crates/a', package: 'a', cargoWorkspace: 'crates' },
  ]);
});
