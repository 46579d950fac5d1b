import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertOutputsThere } from './assert-outputs-there';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outputs-'));
  mkdirSync(join(root, 'target/debug'), { recursive: true });
  mkdirSync(join(root, 'crates/a'), { recursive: true });
  writeFileSync(join(root, 'target/debug/a'), '');
});
afterEach(() => rmSync(root, { recursive: true }));

function check(changes: TargetConfiguration, leavesFiles = true): () => void {
  const uncached = leavesFiles ? { because: 'nothing is there', unlessOutputs: true } : undefined;
  const requires = { dependsOn: [], inputs: [], outputs: [] };
  const build = { cache: true, metadata: { nxCargoTest: { requires, uncached } }, ...changes };
  const data = { root: 'crates/a', targets: { build } };
  const context: ExecutorContext = {
    ...{ root, cwd: root, isVerbose: false, projectName: 'a', targetName: 'build' },
    projectGraph: { nodes: { a: { name: 'a', type: 'app', data } }, dependencies: {} },
    projectsConfigurations: { version: 2, projects: {} },
    nxJsonConfiguration: {},
  };
  return () => assertOutputsThere(context);
}

test.each<[string, TargetConfiguration]>([
  ['what cargo wrote', { outputs: ['{workspaceRoot}/target/debug/a'] }],
  ['a pattern of it', { outputs: ['{workspaceRoot}/target/debug/*'] }],
  ['one of several', { outputs: ['{projectRoot}/dist', '{workspaceRoot}/target/debug/a'] }],
  ['what an option names', { outputs: ['{options.outputPath}'] }],
])('%s may be restored', (_, changes) => {
  expect(check(changes)).not.toThrow();
});

test.each<[string, TargetConfiguration]>([
  ['outputs of another tool', { outputs: ['{projectRoot}/dist'] }],
  ['patterns of another tool', { outputs: ['{projectRoot}/dist/**/*.js', '!{projectRoot}/x'] }],
])('%s are not taken for those of cargo', (_, changes) => {
  expect(check(changes)).toThrow(expect.objectContaining({ code: 'TARGET_DEFAULTS_REPLACED' }));
});

it('asks nothing of a target that is not cached, or leaves nothing behind', () => {
  const outputs = ['{projectRoot}/dist'];
  expect(check({ cache: false, outputs })).not.toThrow();
  expect(check({ outputs }, false)).not.toThrow();
});
