import { checkDisks } from './disk-checks';
import { findingOf, short } from './test-support/findings';
import { testNeeds } from './test-needs';
import { checkCargoWorkspace, checkGit, type CargoWorkspaceFacts } from './workspace-checks';

const git = { type: 'answered', stdout: 'git version 2.39.5\n' } as const;
const workspace: CargoWorkspaceFacts = {
  name: 'crates/a',
  folder: '/workspace/crates/a',
  lock: 'tracked',
  isTargetIgnored: true,
  ignore: { file: '/workspace/.gitignore', line: '/crates/a/target' },
};

test('git is needed, and a repository is better', () => {
  expect(short(checkGit({ version: git, isRepository: true }))).toEqual(['git ok']);
  expect(short(checkGit({ version: git, isRepository: false }))).toEqual(['git hint']);
  expect(short(checkGit({ version: { type: 'missing' } }))).toEqual(['git problem']);
  const trouble = 'fatal: detected dubious ownership in repository';
  expect(checkGit({ version: git, trouble })[0]).toMatchObject({
    severity: 'hint',
    found: `git version 2.39.5; ${trouble}`,
  });
});

test('a Cargo workspace that is as it should be', () => {
  expect(checkCargoWorkspace(workspace).map(({ about }) => about)).toEqual(
    Array(3).fill('crates/a'),
  );
  expect(short(checkCargoWorkspace(workspace))).toEqual([
    'cargo-workspace ok',
    'cargo-lock ok',
    'target-ignored ok',
  ]);
});

test('what is amiss with one', () => {
  const findings = checkCargoWorkspace({
    ...workspace,
    trouble: 'error: invalid table header',
    lock: 'missing',
    isTargetIgnored: false,
  });
  expect(short(findings)).toEqual([
    'cargo-workspace problem',
    'cargo-lock hint',
    'target-ignored hint',
  ]);
  expect(findingOf(findings, 'cargo-lock').mend).toEqual([
    'cargo generate-lockfile --manifest-path=crates/a/Cargo.toml',
    'git add --force crates/a/Cargo.lock',
  ]);
  expect(findingOf(findings, 'target-ignored').fix).toEqual({
    type: 'appendLine',
    file: '/workspace/.gitignore',
    line: '/crates/a/target',
  });
});

test('without a repository nothing is said of what git has', () => {
  const { isTargetIgnored: _, ...unknown } = workspace;
  expect(short(checkCargoWorkspace({ ...unknown, lock: 'unknown' })).slice(1)).toEqual([
    'cargo-lock skipped',
    'target-ignored skipped',
  ]);
});

test('a folder that cannot be written is a problem, whatever is free', () => {
  const [finding] = checkDisks([
    { what: 'target folder', folder: '/a b', freeBytes: 1e12, isWritable: false },
  ]);
  expect(finding).toMatchObject({
    severity: 'problem',
    found: 'target folder: /a b cannot be written',
    mend: [expect.stringMatching(/^ls -ld '\/a b' /), expect.stringMatching(/^# /)],
  });
});

test('disks are judged by what is free', () => {
  const what = { what: 'target folder', folder: '/' };
  const free = [3 * 1024 ** 3, 1024 ** 3, 1024 ** 2].map((freeBytes) => ({ ...what, freeBytes }));
  expect(short(checkDisks([...free, what]))).toEqual([
    'disk ok',
    'disk hint',
    'disk problem',
    'disk skipped',
  ]);
});

test('io_uring is needed by name, by a direct dependency, or because it was held', () => {
  const use = { rings: 3, residentBytes: 1, threads: 1, descriptors: 9, lockedBytes: 0 };
  const because = (name: string, dependencies: string[], rings = 0) =>
    testNeeds([{ name, dependencies }], { largest: { ...use, rings } }).ringsBecause;
  expect(because('glommio', [])).toBe('glommio uses io_uring');
  expect(because('server', ['serde', 'tokio-uring'])).toBe('server depends on tokio-uring');
  expect(because('server', ['tokio'])).toBeUndefined();
  expect(because('server', [], 3)).toMatch(/held 3 io_uring instances/);
});
