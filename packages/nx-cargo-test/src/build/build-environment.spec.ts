import { execFileSync } from 'node:child_process';
import { isCoveredBuildVariable, printBuildEnvironment } from './build-environment';

const covered = [
  'RUSTFLAGS',
  'CARGO_ENCODED_RUSTFLAGS',
  'CARGO_PROFILE_TEST_OPT_LEVEL',
  'CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER',
  'RUSTC_WRAPPER',
  'RUSTUP_TOOLCHAIN',
  'CC',
  'CC_x86_64_unknown_linux_gnu',
  'CXXFLAGS',
  'CFLAGS_aarch64',
  'AR',
  'LDFLAGS',
  'HOST_CC',
  'TARGET_CFLAGS',
  'PKG_CONFIG_PATH',
  'X86_64_UNKNOWN_LINUX_GNU_OPENSSL_DIR',
  'LIBZ_SYS_STATIC',
  'FOO_NO_PKG_CONFIG',
  'FOO_LIB_DIR',
  'MACOSX_DEPLOYMENT_TARGET',
  'DOCS_RS',
  // What only the project's own build scripts and option_env! may ask for.
  'ARCH',
  'MY_FEATURE_LEVEL',
  'RUST_LIBC_UNSTABLE_FREEBSD_VERSION',
];
const uncovered = [
  'PATH',
  'HOME',
  'CARGO',
  'CARGO_HOME',
  'CARGO_TERM_COLOR',
  'CARGO_TARGET_DIR',
  'CARGO_REGISTRY_TOKEN',
  'CARGO_REGISTRIES_MINE_TOKEN',
  'CARGO_MANIFEST_DIR',
  'CARGO_PKG_NAME',
  'NX_TASK_HASH',
];

it.each(covered)('%s is covered', (name) => expect(isCoveredBuildVariable(name, [])).toBe(true));
it.each(uncovered)('%s is not covered', (name) =>
  expect(isCoveredBuildVariable(name, [])).toBe(false),
);

it('covers declared names', () => {
  expect(isCoveredBuildVariable('GIT_HASH', ['GIT_HASH'])).toBe(true);
  expect(isCoveredBuildVariable('CARGO_HOME', ['CARGO_HOME'])).toBe(true);
});

describe('the shell command', () => {
  const print = (env: Readonly<Record<string, string>>, declared: readonly string[] = []): string =>
    execFileSync('sh', ['-c', printBuildEnvironment(declared)], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      encoding: 'utf8',
    });

  it('prints exactly the covered variables, sorted', () => {
    const names = [...covered, ...uncovered.filter((name) => name !== 'PATH')];
    const output = print(Object.fromEntries(names.map((name) => [name, `value of ${name}`])));
    expect(output.trimEnd().split('\n')).toEqual(
      [...covered].sort().map((name) => `${name}=value of ${name}`),
    );
  });

  it('prints declared variables', () => {
    expect(print({ GIT_HASH: 'abc', HOSTNAME: 'x' }, ['GIT_HASH'])).toBe('GIT_HASH=abc\n');
  });

  it('tells values apart that hold newlines, backslashes and quotes', () => {
    expect(print({ RUSTFLAGS: 'a\nCC=x' })).not.toBe(print({ RUSTFLAGS: 'a', CC: 'x' }));
    expect(print({ RUSTFLAGS: `it's "1" \\t $HOME` })).toBe(`RUSTFLAGS=it's "1" \\t $HOME\n`);
  });
});
