import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import {
  assertTargetIntact,
  checkMergedTarget,
  namedInputDigest,
  type CargoTestMetadata,
} from './merged-target';

const fingerprint = { dependentTasksOutputFiles: 'a.json', transitive: true };
const expected = {
  dependsOn: ['test-a'],
  inputs: [fingerprint, '{workspaceRoot}/x'],
  outputs: ['{workspaceRoot}/o'],
};
const intact: TargetConfiguration = {
  dependsOn: [{ target: 'test-a', params: 'forward' }],
  inputs: [{ transitive: true, dependentTasksOutputFiles: 'a.json' }, '{workspaceRoot}/x'],
  outputs: ['{workspaceRoot}/o'],
};

describe('checkMergedTarget', () => {
  it.each<[string, TargetConfiguration]>([
    ['as inferred', intact],
    [
      'with entries added',
      { ...intact, dependsOn: ['^build', 'test-a'], inputs: [...intact.inputs!, 'default'] },
    ],
    ['as its own project', { ...intact, dependsOn: [{ target: 'test-a', projects: 'self' }] }],
  ])('accepts a target %s', (_, merged) => {
    expect(checkMergedTarget('p', 'test', merged, expected)).toBeUndefined();
  });

  it('shows the form that merges', () => {
    const merged: TargetConfiguration = { ...intact, dependsOn: ['^build'], inputs: ['default'] };
    const problem = checkMergedTarget('p', 'test', merged, expected);
    expect(problem).toContain('p:test');
    expect(problem).toContain('dependsOn lacks test-a');
    expect(problem).toContain(
      '"targetDefaults": {"test":{"dependsOn":["...","^build"],"inputs":["...","default"]}}',
    );
  });

  it.each<[string, TargetConfiguration]>([
    ['dependsOn', { ...intact, dependsOn: [] }],
    ['dependsOn', { ...intact, dependsOn: [{ target: 'test-a', dependencies: true }] }],
    ['dependsOn', { ...intact, dependsOn: [{ target: 'test-a', projects: ['other'] }] }],
    [
      'inputs',
      { ...intact, inputs: [{ dependentTasksOutputFiles: 'a.json' }, '{workspaceRoot}/x'] },
    ],
    ['outputs', { ...intact, outputs: ['{projectRoot}/coverage'] }],
  ])('misses what is gone from %s', (key, merged) => {
    expect(checkMergedTarget('p', 'test', merged, expected)).toContain(`${key} lacks`);
  });
});

describe('assertTargetIntact', () => {
  const code = (value: string): Error => expect.objectContaining({ code: value });

  function context(target: TargetConfiguration, nxCargoTest?: CargoTestMetadata): ExecutorContext {
    const whole = nxCargoTest === undefined ? target : { ...target, metadata: { nxCargoTest } };
    const data = { root: 'p', targets: { test: whole }, namedInputs: { cargoBuild: ['x'] } };
    return {
      root: '/',
      cwd: '/',
      isVerbose: false,
      projectName: 'p',
      targetName: 'test',
      projectGraph: { nodes: { p: { name: 'p', type: 'lib', data } }, dependencies: {} },
      projectsConfigurations: { version: 2, projects: {} },
      nxJsonConfiguration: {},
    };
  }

  it('accepts what was inferred', () => {
    const requires = { ...expected, dependsOn: [] };
    expect(() =>
      assertTargetIntact(context(intact, { leaves: ['test-a'], requires })),
    ).not.toThrow();
  });

  it('asks for every leaf of a group', () => {
    const requires = { ...expected, dependsOn: [] };
    expect(() =>
      assertTargetIntact(context(intact, { leaves: ['test-a', 'test-b'], requires })),
    ).toThrow(code('TARGET_DEFAULTS_REPLACED'));
  });

  it('asks for named inputs as they were inferred', () => {
    const run = (inferred: string[]) => () =>
      assertTargetIntact(
        context(intact, {
          requires: { ...expected, namedInputs: { cargoBuild: namedInputDigest(inferred) } },
        }),
      );
    expect(run(['x'])).not.toThrow();
    expect(run(['x', 'y'])).toThrow(
      'a project.json replaced cargoBuild among the namedInputs of p',
    );
  });

  it('refuses a target that was not inferred', () => {
    expect(() => assertTargetIntact(context(intact))).toThrow(code('TARGET_DEFAULTS_REPLACED'));
  });

  it('fails with the reason why a package could not be read', () => {
    const failure = { code: 'CARGO_NOT_FOUND' as const, message: 'no cargo' };
    expect(() => assertTargetIntact(context(intact, { requires: expected, failure }))).toThrow(
      code('CARGO_NOT_FOUND'),
    );
  });

  it('refuses a graph without the target', () => {
    expect(() => assertTargetIntact({ ...context(intact), targetName: 'other' })).toThrow(
      code('GRAPH_OUT_OF_DATE'),
    );
  });
});
