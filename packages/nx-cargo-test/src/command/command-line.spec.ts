import { commandLine, type CommandLine } from './command-line';

function line(changes: Partial<CommandLine>): string[] {
  return commandLine({
    command: 'lint',
    package: 'a',
    packageFolder: '/ws/a',
    args: [],
    given: [],
    ...changes,
  });
}

const own = ['--package', 'path+file:///ws/a#a', '--manifest-path', '/ws/a/Cargo.toml'];
const byName = ['--package', 'a', '--manifest-path', '/ws/a/Cargo.toml'];

describe('commandLine', () => {
  it.each<[CommandLine['command'], readonly string[]]>([
    ['build', ['build', ...own]],
    ['lint', ['clippy', '--all-targets', '--no-deps', ...own]],
    ['fmt', ['fmt', ...byName]],
    ['fmt-check', ['fmt', '--check', ...byName]],
    ['bench', ['bench', '--bench', '*', ...own]],
    ['doc', ['doc', '--no-deps', ...own]],
    ['miri', ['miri', 'test', ...own]],
    ['coverage', ['llvm-cov', ...byName]],
  ])('%s', (command, expected) => {
    expect(line({ command })).toEqual(expected);
  });

  it('selects a bench, features, a profile and a toolchain', () => {
    const args = line({
      ...{ command: 'bench', benches: ['speed'], toolchain: 'nightly', profile: 'ci' },
      ...{ features: ['x', 'y'], noDefaultFeatures: true },
    });
    expect(args).toEqual([
      ...['+nightly', 'bench', '--bench', 'speed', ...own],
      ...['--features', 'x', '--features', 'y', '--no-default-features', '--profile', 'ci'],
    ]);
  });

  it('has no features for a command that does not compile', () => {
    expect(line({ command: 'fmt', features: ['x'], profile: 'ci' })).toEqual(['fmt', ...byName]);
  });

  it('puts arguments of the command line beside those of the options', () => {
    const args = line({
      args: ['--locked', '--', '-D', 'warnings'],
      given: ['--offline', '--', '-A', 'clippy::all'],
    });
    expect(args.slice(-7)).toEqual([
      ...['--locked', '--offline', '--', '-D', 'warnings', '-A', 'clippy::all'],
    ]);
    expect(line({ given: ['--', '--'] }).slice(-2)).toEqual(['--', '--']);
  });
});
