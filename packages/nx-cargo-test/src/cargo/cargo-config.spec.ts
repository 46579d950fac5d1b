import { readCargoConfig } from './cargo-config';
import { evaluateCfg, parseCfgSet } from './cfg-expression';

const cfg = parseCfgSet('unix\ntarget_os="linux"\ntarget_arch="x86_64"\n');
const TRIPLE = 'x86_64-unknown-linux-gnu';

function read(files: Record<string, string>, environment: Record<string, string> = {}) {
  return readCargoConfig('/ws/crate', '/home/me/.cargo', environment, (file) => files[file]);
}

test('the nearest file wins, and the environment wins over all', () => {
  const files = {
    '/ws/crate/.cargo/config.toml': `[target.${TRIPLE}]\nlinker = "near"`,
    '/ws/.cargo/config.toml': `[target.${TRIPLE}]\nlinker = "far"\nrunner = ["tools/run", "a b"]`,
    '/home/me/.cargo/config.toml': '[env]\nFOO = "1"\n[build]\ntarget = "other"',
  };
  const config = read(files);
  expect(config.linker(TRIPLE, cfg)).toBe('near');
  expect(config.runner(TRIPLE, cfg)).toEqual(['/ws/tools/run', 'a b']);
  expect(config.environmentNames).toEqual(['FOO']);
  expect(config.targets).toEqual(['other']);
  const variable = { CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: 'sudo -E' };
  expect(read(files, variable).runner(TRIPLE, cfg)).toEqual(['sudo', '-E']);
});

test('a cfg table applies where it holds, and an exact triple goes first', () => {
  const table = `[target.'cfg(windows)']\nrunner = "wine"\n[target.'cfg(all(unix, not(target_os = "macos")))']\nrunner = "qemu -x"\n`;
  expect(read({ '/ws/.cargo/config': table }).runner(TRIPLE, cfg)).toEqual(['qemu', '-x']);
  const both = `${table}[target.${TRIPLE}]\nrunner = "exact"`;
  expect(read({ '/ws/.cargo/config': both }).runner(TRIPLE, cfg)).toEqual(['exact']);
});

test('a file that is not TOML is named', () => {
  expect(() => read({ '/.cargo/config.toml': '[' })).toThrow(
    expect.objectContaining({ code: 'INVALID_FILE', message: '/.cargo/config.toml is not TOML' }),
  );
});

test.each([
  ['unix', true],
  ['windows', false],
  ['cfg(unix)', true],
  ['all()', true],
  ['any()', false],
  ['any(windows, target_os = "linux")', true],
  ['all(unix, not(target_arch = "x86_64"),)', false],
  ['not(true)', false],
  ['r#unix', true],
])('cfg %s is %s', (text, holds) => expect(evaluateCfg(text, cfg)).toBe(holds));

test.each(['', 'all(', 'not(a, b)', 'a b', 'a = b', 'version("1")'])('cfg %j is refused', (text) =>
  expect(() => evaluateCfg(text, cfg)).toThrow(expect.objectContaining({ code: 'INVALID_FILE' })),
);
