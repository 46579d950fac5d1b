import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import type { CargoCommand } from '../../command/cargo-command';
import { commandTargets } from '../../plugin/command-targets';
import { resolveOptions } from '../../plugin/plugin-options';
import { assertCommandIntact } from './assert-command-intact';
import { parseCargoOptions } from './options';

/**
 * Checks an inferred target after a user's configuration was merged into it.
 *
 * @param places The instance that it was inferred for, and the one that it runs in. Default: this machine.
 */
function check(
  command: CargoCommand,
  changes: TargetConfiguration,
  places: { readonly inferred?: string; readonly guest?: string } = {},
): void {
  const { inferred: instance, guest } = places;
  const { targets } = commandTargets({
    ...(instance === undefined ? { runner: 'native' } : { runner: 'lima', limaBuild: 'guest' }),
    ...{ packageName: 'a', packageFolder: 'a', cargoWorkspace: 'a', sourceFolders: ['a'] },
    ...{ targetFolders: [], unseenFolders: [], benches: [], testTargets: new Set<string>() },
    options: resolveOptions(instance === undefined ? {} : { limaInstance: instance }),
  });
  const inferred = targets[command]!;
  const options = { ...(inferred.options as object), ...(changes.options as object | undefined) };
  const data = { root: 'a', targets: { [command]: { ...inferred, ...changes, options } } };
  const context: ExecutorContext = {
    ...{ root: '/', cwd: '/', isVerbose: false, projectName: 'a', targetName: command },
    projectGraph: { nodes: { a: { name: 'a', type: 'lib', data } }, dependencies: {} },
    projectsConfigurations: { version: 2, projects: {} },
    nxJsonConfiguration: {},
  };
  assertCommandIntact(context, parseCargoOptions(options), guest);
}

test.each<[string, CargoCommand, TargetConfiguration]>([
  ['as inferred', 'lint', {}],
  ['that is not cached', 'lint', { cache: false, inputs: [] }],
  ['with dependencies of other tools', 'build', { dependsOn: ['^build'] }],
  ['that restores what it built', 'build', { cache: true, outputs: ['{workspaceRoot}/bin'] }],
  ['with options of other tools', 'lint', { options: { maxWarnings: 0 } }],
  ['that its author made', 'lint', { cache: true, inputs: [], metadata: {} }],
])('a target %s may run', (_, command, changes) => {
  expect(() => check(command, changes)).not.toThrow();
});

test.each<[string, CargoCommand, TargetConfiguration, string]>([
  ['other inputs', 'lint', { inputs: ['production'] }, 'inputs lacks cargoBuild'],
  [
    'nothing to restore',
    'build',
    { cache: true },
    '"targetDefaults": {"nx-cargo-test:cargo": {"cache": false}}; or name in its "outputs"',
  ],
  ['nothing to restore', 'doc', { cache: true, outputs: [] }, 'no page that it writes'],
  [
    'a cached effect',
    'fmt',
    { cache: true, outputs: ['x'] },
    'sources that it would have formatted',
  ],
  [
    'another toolchain',
    'lint',
    { options: { toolchain: 'nightly' } },
    '"targets": {"lint": {"toolchain": "nightly"}}',
  ],
])('a target with %s fails: %s', (_, command, changes, words) => {
  expect(() => check(command, changes)).toThrow(
    expect.objectContaining({
      code: 'TARGET_DEFAULTS_REPLACED',
      message: expect.stringContaining(words),
    }),
  );
});

test.each<[string, TargetConfiguration]>([
  ['inferred', {}],
  ['own', { metadata: {} }],
])('a misspelt option of an %s target is told', (_, changes) => {
  expect(() => check('build', { ...changes, options: { fetures: ['serde'] } })).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTIONS',
      message: expect.stringContaining('options.fetures: unknown option; did you mean features?'),
    }),
  );
});

describe('in a guest', () => {
  const rust = { inferred: 'rust', guest: 'rust' };

  test('a command runs that was inferred for it', () => {
    expect(() => check('lint', {}, rust)).not.toThrow();
    expect(() => check('build', {}, rust)).not.toThrow();
    expect(() => check('fmt-check', {}, { inferred: 'rust' })).not.toThrow();
  });

  test('nothing can be restored', () => {
    const cached = { cache: true, outputs: ['{workspaceRoot}/target/release/server'] };
    expect(() => check('build', cached, rust)).toThrow('nothing that it builds would be there');
    expect(() => check('build', cached, rust)).not.toThrow('or name in its "outputs"');
  });

  test.each([
    ['elsewhere than here', {}, 'in the Lima instance rust', { guest: 'rust' }],
    ['here instead', {}, 'on this machine', { inferred: 'rust' }],
    [
      'in another one',
      { options: { limaInstance: 'other' } },
      'instance other',
      { inferred: 'rust', guest: 'other' },
    ],
  ])('a cached command does not run %s', (_, changes, words, places) => {
    expect(() => check('lint', changes, places)).toThrow(
      expect.objectContaining({
        code: 'GRAPH_OUT_OF_DATE',
        message: expect.stringContaining(words),
      }),
    );
  });
});
