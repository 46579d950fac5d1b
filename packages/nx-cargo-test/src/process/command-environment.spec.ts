import { commandEnvironment } from './command-environment';

test.each([
  [{ FORCE_COLOR: 'true' }, 'always'],
  [{ FORCE_COLOR: '1' }, 'always'],
  [{ FORCE_COLOR: '0' }, undefined],
  [{}, undefined],
  [{ FORCE_COLOR: 'true', CARGO_TERM_COLOR: 'never' }, 'never'],
  [{ FORCE_COLOR: 'true', NO_COLOR: '1' }, undefined],
])('%j asks cargo for colours: %s', (environment, expected) => {
  expect(commandEnvironment(environment)['CARGO_TERM_COLOR']).toBe(expected);
});

test('cargo does not see what Nx sets for tasks', () => {
  expect(commandEnvironment({ NX_TASK_HASH: '1', RUSTFLAGS: '-g' })).toEqual({ RUSTFLAGS: '-g' });
});
