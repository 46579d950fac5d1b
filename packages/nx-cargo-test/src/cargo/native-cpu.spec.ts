import { mayUseNativeCpu } from './native-cpu';

test.each([
  ['RUSTFLAGS', '-Ctarget-cpu=native'],
  ['RUSTFLAGS', '--codegen target_cpu=native -g'],
  ['CARGO_ENCODED_RUSTFLAGS', '-g\u001f-C\u001ftarget-cpu=native'],
  ['CARGO_BUILD_RUSTFLAGS', '-C target-cpu=native'],
  ['CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS', '-C target-cpu=native'],
  ['CARGO_PROFILE_DEV_RUSTFLAGS', '-Ctarget-cpu=native'],
])('by the variable %s', (name, value) => {
  expect(mayUseNativeCpu({ [name]: value }, [], [])).toBe(true);
});

test.each([
  '[build]\nrustflags = ["-C", "target-cpu=native"]',
  '[target.x86_64-unknown-linux-gnu]\nrustflags = "-Ctarget-cpu=native"',
  "[target.'cfg(unix)']\nrustflags = [\n  '-Ctarget-cpu=native',\n]",
  '[profile.dev]\nrustflags = ["-Ctarget-cpu=native"]',
])('by the file %j', (text) => {
  expect(mayUseNativeCpu({}, ['', text], [])).toBe(true);
  expect(mayUseNativeCpu({}, [], ['', text])).toBe(true);
});

test('a configuration that includes other files is taken to', () => {
  expect(mayUseNativeCpu({}, ['include = "other.toml"'], [])).toBe(true);
  expect(mayUseNativeCpu({}, [], ['[package]\ninclude = ["src"]'])).toBe(false);
});

test('nothing else does', () => {
  const environment = { RUSTFLAGS: '-Ctarget-cpu=x86-64-v3', OTHER: '-Ctarget-cpu=native' };
  const text = '[build]\nrustflags = ["-Ctarget-cpu=znver3"]\ntarget = "native"';
  expect(mayUseNativeCpu(environment, [text], [text])).toBe(false);
});
