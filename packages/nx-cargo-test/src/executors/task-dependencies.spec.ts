import type { ExecutorContext } from '@nx/devkit';
import { isDependency } from './task-dependencies';

const task = (target: string): object => ({ id: `a:${target}`, target: { project: 'a', target } });

/** The task `a:test` of a run, which depends on `a:test-words` and not on `a:test-lines`. */
function contextOf(edge: unknown): ExecutorContext {
  const targets = ['test', 'test-words', 'test-lines'];
  const context = {
    projectName: 'a',
    targetName: 'test',
    taskGraph: {
      tasks: Object.fromEntries(targets.map((target) => [`a:${target}`, task(target)])),
      dependencies: { 'a:test': [edge], 'a:test-words': [], 'a:test-lines': [] },
    },
  };
  return context as unknown as ExecutorContext;
}

describe.each([
  ['Nx 23 and older', 'a:test-words'],
  ['Nx 24', { id: 'a:test-words', reason: 'dependsOn' }],
])('dependencies as %s tells them', (_, edge) => {
  it.each([
    ['test-words', true],
    ['test-lines', false],
    ['test-gone', false],
  ])('%s: %s', (target, expected) => {
    expect(isDependency(contextOf(edge), 'a', target)).toBe(expected);
  });
});
