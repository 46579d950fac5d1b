import { clippyConfigurationArguments } from './clippy-configuration';

function args(files: Readonly<Record<string, string>>, environment = {}): string[] {
  return clippyConfigurationArguments('/ws/crates/a', environment, (file) => files[file]);
}

test('a package without a configuration is linted as by hand', () => {
  expect(args({ '/ws/crates/b/clippy.toml': '' })).toEqual([]);
});

test('whatever clippy may read changes the arguments', () => {
  const all = [
    args({ '/ws/crates/a/clippy.toml': '' }),
    args({ '/ws/crates/a/clippy.toml': 'msrv = "1.70"' }),
    args({ '/ws/.clippy.toml': 'msrv = "1.71"' }),
    args({ '/clippy.toml': 'a', '/ws/clippy.toml': 'bc' }),
    args({ '/clippy.toml': 'ab', '/ws/clippy.toml': 'c' }),
    args({ '/etc/clippy/clippy.toml': 'd' }, { CLIPPY_CONF_DIR: '/etc/clippy' }),
  ];
  expect(all.map(([option]) => option)).toEqual(all.map(() => '--cfg'));
  expect(new Set(all.map(String)).size).toBe(all.length);
});
