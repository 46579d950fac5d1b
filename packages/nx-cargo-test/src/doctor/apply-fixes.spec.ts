import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnWithNode } from '../process/test-support/spawn-with-node';
import { applyFixes } from './apply-fixes';
import { createAskProgram } from './ask-program';
import type { Finding, FindingGroup, Fix, Severity } from './finding';

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const ask = createAskProgram(spawnWithNode, process.env as Record<string, string>);
const finding = (severity: Severity, fix?: Fix): Finding => ({
  check: 'target-ignored',
  about: 'here',
  severity,
  found: 'something',
  ...(fix === undefined ? {} : { fix }),
});
const groupsOf = (...findings: Finding[]): FindingGroup[] => [{ title: 'All', findings }];
const fix = (before: Finding, after: Finding) =>
  applyFixes(
    groupsOf(before),
    ask,
    (line) => said.push(line),
    () => Promise.resolve(groupsOf(after)),
  );

test('a line is added once to a file that ends without one, and looked at again', async () => {
  const file = join(folder, '.gitignore');
  writeFileSync(file, 'node_modules');
  const line: Fix = { type: 'appendLine', file, line: '/target' };
  const { fixes, groups } = await fix(finding('hint', line), finding('ok'));
  expect(readFileSync(file, 'utf8')).toBe('node_modules\n/target\n');
  expect(fixes).toEqual([
    { check: 'target-ignored', what: `writing /target into ${file}`, outcome: 'mended' },
  ]);
  expect(said).toEqual([`target-ignored: writing /target into ${file}`]);
  expect(groups).toEqual(groupsOf(finding('ok')));
});

test('a file that is not there is made', async () => {
  const file = join(folder, '.gitignore');
  await fix(finding('hint', { type: 'appendLine', file, line: '/target' }), finding('ok'));
  expect(readFileSync(file, 'utf8')).toBe('/target\n');
});

test('what was run without effect does not count as mended', async () => {
  const run: Fix = { type: 'run', command: ['true'], folder };
  const { fixes } = await fix(finding('problem', run), finding('problem'));
  expect(fixes).toEqual([
    { check: 'target-ignored', what: 'true', outcome: 'made, and not mended' },
  ]);
});

test('what fails is told, and the others go on', async () => {
  const run = (...command: string[]): Fix => ({ type: 'run', command, folder });
  const failing = run('sh', '-c', 'echo "no network" >&2; exit 1');
  const { fixes } = await applyFixes(
    groupsOf(finding('problem', failing), finding('hint', run('touch', 'made'))),
    ask,
    (line) => said.push(line),
    () => Promise.resolve(groupsOf(finding('ok'))),
  );
  expect(fixes.map(({ outcome }) => outcome)).toEqual(['failed', 'mended']);
  expect(said[1]).toBe('target-ignored: failed: no network');
  expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('');
});

test('without anything to fix nothing is looked at again', async () => {
  const look = () => Promise.reject(new Error('not expected'));
  const groups = groupsOf(finding('problem'), finding('ok'));
  expect(await applyFixes(groups, ask, (line) => said.push(line), look)).toEqual({
    groups,
    fixes: [],
  });
});
