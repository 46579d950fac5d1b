import { parseCargoLock, type LockedCrates } from './cargo-lock';

const REGISTRY = 'source = "registry+https://github.com/rust-lang/crates.io-index"\n';

function locked(...packages: readonly string[]): LockedCrates {
  const text = packages.map((each) => `[[package]]\n${each}`).join('\n');
  const content = parseCargoLock(`version = 4\n${text}`);
  if (content instanceof Error) throw content;
  return content;
}

it('tells crates from packages in folders, whatever their versions are', () => {
  const { crates, packages } = locked(
    'name = "app"\nversion = "0.1.0"\ndependencies = ["base", "log 0.4.1", "log 0.3.9", "both 1.0.0"]\n',
    'name = "base"\nversion = "0.1.0"\ndependencies = ["both 0.1.0"]\n',
    'name = "both"\nversion = "0.1.0"\n',
    `name = "both"\nversion = "1.0.0"\nsource = "git+https://example.org/both#1a2b"\n`,
    `name = "log"\nversion = "0.3.9"\n${REGISTRY}dependencies = ["log 0.4.1 (registry+https://github.com/rust-lang/crates.io-index)"]\n`,
    `name = "log"\nversion = "0.4.1"\n${REGISTRY}`,
  );
  expect([...crates]).toEqual([
    ['both', []],
    ['log', ['log']],
  ]);
  expect([...packages]).toEqual([
    ['app', ['both', 'log']],
    ['base', []],
    ['both', []],
  ]);
});

it('takes an empty file for one without packages', () => {
  expect(parseCargoLock('version = 4\n')).toEqual({ crates: new Map(), packages: new Map() });
});

it.each(['version = ', '[[package]]\nname = 3\n', 'package = "a"\n'])('refuses %j', (text) => {
  expect(parseCargoLock(text)).toBeInstanceOf(Error);
});
