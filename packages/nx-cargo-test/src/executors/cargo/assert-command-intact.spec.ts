import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import type { CargoCommand } from '../../command/cargo-command';
import { commandTargets } from '../../plugin/command-targets';
import { resolveOptions } from '../../plugin/plugin-options';
import { assertCommandIntact } from './assert-command-intact';
import { parseCargoOptions } from './options';

/** Checks an inferred target after a user's configuration was merged into it. */
function check(command: CargoCommand, changes: TargetConfiguration): void {
  const { targets } = commandTargets({
    ...{ packageName: 'a', packageFolder: 'a', cargoWorkspace: 'a', sourceFolders: ['a'] },
    ...{ targetFolders: [], unseenFolders: [], benches: [], testTargets: new Set<string>() },
    options: resolveOptions({}),
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
  assertCommandIntact(context, parseCargoOptions(options));
}

test.each<[string, CargoCommand, TargetConfiguration]>([
  ['as inferred', 'lint', {}],
  ['that is not cached', 'lint', { cache: false, inputs: [] }],
  ['with dependencies of other tools', 'build', { dependsOn: ['^build'] }],
  ['that restores what it built', 'build', { cache: true, outputs: ['{workspaceRoot}/bin'] }],
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
