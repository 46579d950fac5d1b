import type { ExecutorContext } from '@nx/devkit';
import { guestToolchainCommand } from '../lima/guest-toolchain-command';
import { assertGuestHashed } from './assert-guest-hashed';

/** A task whose target was inferred for an instance, or for this machine. */
function task(inferred?: string): ExecutorContext {
  const guest = inferred === undefined ? [] : [{ runtime: guestToolchainCommand(inferred, ['A']) }];
  const cargoBuild = ['{projectRoot}/**/*', { runtime: 'rustc -vV' }, ...guest];
  const inputs = ['cargoBuild', { env: 'TZ' }];
  const data = { root: 'p', targets: { 'test-doc': { inputs } }, namedInputs: { cargoBuild } };
  return {
    ...{ root: '/', cwd: '/', isVerbose: false, projectName: 'p', targetName: 'test-doc' },
    projectGraph: { nodes: { p: { name: 'p', type: 'lib', data } }, dependencies: {} },
    projectsConfigurations: { version: 2, projects: {} },
    nxJsonConfiguration: {},
  };
}

test.each([
  ['this machine', undefined],
  ['a guest', 'rust'],
])('what was inferred for %s is compiled there', (_, instance) => {
  expect(() => assertGuestHashed(task(instance), instance, ['A'])).not.toThrow();
});

test.each<[string, string | undefined, string | undefined, string[], string]>([
  ['here instead of in a guest', 'rust', undefined, ['A'], 'on this machine'],
  ['in a guest instead of here', undefined, 'rust', ['A'], 'in the Lima instance rust'],
  ['in another guest', 'rust', 'other', ['A'], 'in the Lima instance other'],
  ['with variables that are not hashed', 'rust', 'rust', ['A', 'B'], 'instance rust'],
])('nothing is compiled %s', (_, inferred, instance, declared, words) => {
  expect(() => assertGuestHashed(task(inferred), instance, declared)).toThrow(
    expect.objectContaining({
      code: 'GRAPH_OUT_OF_DATE',
      message: expect.stringContaining(words),
    }),
  );
});
