import { outerEnvironment } from '../process/outer-environment';
import { testEnvironment } from './test-environment';

test('what Nx adds to a task’s environment is taken out, what the user set stays', () => {
  const nx = {
    NX_TASK_HASH: '1',
    NX_CARGO_TEST_PARALLEL: '2',
    LERNA_PACKAGE_NAME: 'a',
    HOME: '/h',
  };
  expect(outerEnvironment({ ...nx, FORCE_COLOR: 'true' })).toEqual({ HOME: '/h' });
  expect(outerEnvironment({ ...nx, FORCE_COLOR: '1' })).toEqual({ HOME: '/h', FORCE_COLOR: '1' });
  expect(outerEnvironment({ ...nx, FORCE_COLOR: '0', NO_COLOR: '1' })).toEqual({
    HOME: '/h',
    FORCE_COLOR: '0',
  });
  expect(outerEnvironment({ NO_COLOR: '1' })).toEqual({ NO_COLOR: '1' });
});

test('the manifest’s environment wins, with its token resolved and search paths joined', () => {
  expect(
    testEnvironment(
      { HOME: '/h', LANG: 'C', LD_LIBRARY_PATH: '/user:/b' },
      {
        LANG: 'de',
        OUT_DIR: '{workspaceRoot}/target/out',
        LD_LIBRARY_PATH: '{workspaceRoot}/target:/b',
      },
      '/w$&',
    ),
  ).toEqual({
    HOME: '/h',
    LANG: 'de',
    OUT_DIR: '/w$&/target/out',
    LD_LIBRARY_PATH: '/w$&/target:/b:/user',
  });
});
