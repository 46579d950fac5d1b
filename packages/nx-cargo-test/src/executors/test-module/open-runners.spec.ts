import type { ExecutorContext } from '@nx/devkit';
import { instanceCommand } from '../../lima/instance-command';
import { spawnTalkingWithNode, spawnWithNode } from '../../process/test-support/spawn-with-node';
import { openRunners, type Runners, type RunnersEdges } from './open-runners';
import { parseTestModuleOptions, type TestModuleOptions } from './options';

let said: string[];

function open(changes: Partial<RunnersEdges> = {}): Runners {
  said = [];
  return openRunners({
    spawn: spawnWithNode,
    spawnTalking: spawnTalkingWithNode,
    environment: {},
    architecture: 'x64',
    announce: (line) => said.push(line),
    ownEnvironment: {},
    platform: 'linux',
    ...changes,
  });
}

function options(changes: object = {}): TestModuleOptions {
  return parseTestModuleOptions({
    package: 'a',
    cargoWorkspace: '.',
    leaf: 'lib::m',
    ...changes,
  });
}

/** A task of a target that was inferred for an instance, or for none. */
function task(instance?: string): ExecutorContext {
  const inputs = instance === undefined ? [] : [{ runtime: instanceCommand(instance) }];
  const data = { root: 'p', targets: { 'test-m': { inputs } } };
  return {
    root: '/',
    cwd: '/',
    isVerbose: false,
    projectName: 'p',
    targetName: 'test-m',
    projectGraph: { nodes: { p: { name: 'p', type: 'lib', data } }, dependencies: {} },
    projectsConfigurations: { version: 2, projects: {} },
    nxJsonConfiguration: {},
  };
}

test('the runner of this host is said', () => {
  open().runnerFor(options(), task());
  expect(said).toEqual(['runner: native (this host is Linux)']);
});

test('another runner is said once, with the reason', () => {
  const runners = open({ ownEnvironment: { NX_CARGO_TEST_RUNNER: 'lima' } });
  const first = runners.runnerFor(options({ limaInstance: 'rust' }), task('rust'));
  expect(runners.runnerFor(options({ limaInstance: 'rust' }), task('rust'))).toBe(first);
  expect(said).toEqual(['runner: lima, instance rust (NX_CARGO_TEST_RUNNER says so)']);
});

test('a Mac has its own', () => {
  open({ platform: 'darwin' }).runnerFor(options(), task('default'));
  expect(said).toEqual(['runner: lima, instance default (this host is darwin, not Linux)']);
});

test('each instance has a runner', () => {
  const runners = open();
  const of = (instance: string) =>
    runners.runnerFor(options({ runner: 'lima', limaInstance: instance }), task(instance));
  expect(of('one')).not.toBe(of('two'));
});

test.each([
  ['for none', undefined],
  ['for another', 'other'],
])('a target that was inferred %s does not run in an instance', (_, instance) => {
  const asked = options({ runner: 'lima', limaInstance: 'rust' });
  expect(() => open().runnerFor(asked, task(instance))).toThrow(
    expect.objectContaining({
      code: 'GRAPH_OUT_OF_DATE',
      message: expect.stringContaining('p:test-m is asked to run in the Lima instance rust'),
    }),
  );
});

describe('where tests are built', () => {
  const build = { package: 'a', cargoWorkspace: '.' };
  const there = { ...build, limaInstance: 'rust' };
  const leaf = (limaBuild: string) => options({ runner: 'lima', limaInstance: 'rust', limaBuild });

  test('on this machine, unless an instance is named', () => {
    expect(open().buildHostFor(build, '/', options())).toBeUndefined();
    expect(open().buildHostFor(build, '/', leaf('host'))).toBeUndefined();
    expect(open().buildHostFor(there, '/', leaf('guest'))?.kind).toEqual(['lima', 'rust']);
  });

  test.each([
    ['in a guest, for this machine', there, options()],
    ['here, for a guest that builds', build, leaf('guest')],
    ['in another guest', { ...there, limaInstance: 'other' }, leaf('guest')],
  ])('binaries that were built %s are refused', (_, built, asking) => {
    expect(() => open().buildHostFor(built, '/', asking)).toThrow(
      expect.objectContaining({
        code: 'GRAPH_OUT_OF_DATE',
        message: expect.stringContaining('and this target wants them built'),
      }),
    );
  });
});

test('where results are shared, a target runs in any instance', () => {
  const asked = options({ runner: 'lima', limaInstance: 'rust', shareResults: true });
  expect(() => open().runnerFor(asked, task())).not.toThrow();
});
