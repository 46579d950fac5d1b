import { CargoTestError } from '../errors';
import { reuseMode } from './reuse-mode';

test('--skip-nx-cache wins over the environment, which wins over the option', () => {
  expect(reuseMode('module', {})).toBe('module');
  expect(reuseMode('module', { NX_CARGO_TEST_REUSE: 'test' })).toBe('test');
  expect(reuseMode('module', { NX_CARGO_TEST_REUSE: '' })).toBe('module');
  expect(reuseMode('module', { NX_CARGO_TEST_REUSE: 'test', NX_SKIP_NX_CACHE: 'true' })).toBe(
    'off',
  );
});

test('another word is refused', () => {
  expect(() => reuseMode('test', { NX_CARGO_TEST_REUSE: 'tests' })).toThrow(CargoTestError);
  expect(() => reuseMode('test', { NX_CARGO_TEST_REUSE: 'tests' })).toThrow(
    /"tests".*test, module, off/,
  );
});
