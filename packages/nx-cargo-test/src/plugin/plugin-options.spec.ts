import { resolveOptions } from './plugin-options';

describe('resolveOptions', () => {
  it('has defaults for everything', () => {
    const options = resolveOptions(undefined);
    expect(options).toMatchObject({
      warnAfterSeconds: 60,
      killAfterSeconds: 300,
      sets: {},
      buildEnvironment: [],
    });
    expect(options.environment).toContain('RUST_BACKTRACE');
    expect(options.runtimeInputs).toContain('{projectRoot}/tests/**/!(*.rs)');
  });

  it('keeps what is given', () => {
    const given = {
      features: ['a'],
      runtimeInputs: [],
      sets: { quick: ['a'] },
      warnAfterSeconds: 1,
    };
    expect(resolveOptions(given)).toMatchObject(given);
  });

  it('knows every target besides those of tests, by its name', () => {
    const { commands, all, ci } = resolveOptions({
      targets: { lint: { name: 'clippy', args: ['--', '-D', 'warnings'] }, bench: false },
    }).targets;
    expect([...commands].map(([command, { name }]) => [command, name])).toEqual([
      ['build', 'build'],
      ['lint', 'clippy'],
      ['fmt', 'fmt'],
      ['fmt-check', 'fmt-check'],
      ['doc', 'doc'],
      ['miri', 'miri'],
      ['coverage', 'coverage'],
    ]);
    expect(commands.get('lint')?.args).toEqual(['--', '-D', 'warnings']);
    // Stable toolchains do not have it.
    expect(commands.get('miri')?.toolchain).toBe('nightly');
    expect([all?.name, ci?.name]).toEqual(['all', 'ci']);
  });

  it('lets names of targets that are left out be taken', () => {
    const targets = { build: false, lint: { name: 'build' } };
    expect(resolveOptions({ targets }).targets.commands.get('lint')?.name).toBe('build');
    expect(resolveOptions({ targets: false }).targets).toEqual({
      commands: new Map(),
      // They are tests.
      docTests: { name: 'test-doc', args: [] },
    });
    const ci = { name: 'doctest' };
    const without = resolveOptions({ targets: { 'test-doc': false, ci } }).targets;
    expect(without.docTests).toBeUndefined();
    expect(without.ci).toEqual(ci);
  });

  it.each([
    [
      { runtimInputs: [] },
      'runtimInputs: unknown option; did you mean runtimeInputs?; known are features',
    ],
    [{ sets: { a: [3] } }, 'sets.a.0: expected string, got 3'],
    [{ features: 'a' }, 'features: expected Array, got "a"'],
    [{ warnAfterSeconds: 400 }, 'killAfterSeconds'],
    [{ buildEnvironment: ['A B'] }, 'buildEnvironment.0'],
    [{ sets: { 'a b': [] } }, 'sets.a b'],
    [{ sets: { doc: ['a'] } }, 'sets.doc: test-doc is the target of the doc tests'],
    [{ runner: 'Lima' }, 'got "Lima"; did you mean lima?'],
    [3, '(all)'],
    [{ targets: true }, 'targets: expected false or Object, got true'],
    [
      { targets: { lnt: false } },
      'targets.lnt: unknown option; did you mean lint?; known are build, lint, fmt, fmt-check',
    ],
    [
      { targets: { lint: { toolchian: 'nightly' } } },
      'targets.lint.toolchian: unknown option; did you mean toolchain?; known are name, args',
    ],
    [
      { targets: { fmt: { features: ['a'] } } },
      'targets.fmt.features: unknown option; known are name, args, toolchain',
    ],
    [{ targets: { lint: 3 } }, 'targets.lint: expected false or Object, got 3'],
    [{ targets: { lint: { args: '-D' } } }, 'targets.lint.args: expected Array, got "-D"'],
    [{ targets: { lint: { name: 'a:b' } } }, 'targets.lint.name'],
    [{ targets: { lint: { toolchain: '+nightly' } } }, 'targets.lint.toolchain'],
    [
      { targets: { lint: { name: 'build' } } },
      'targets.lint.name: build is the name of the target build already',
    ],
    [
      { targets: { build: { name: 'make' }, ci: { name: 'make' } } },
      'targets.ci.name: make is the name of the target build already',
    ],
    [{ targets: { lint: { name: 'test-lint' } } }, 'test-lint is a name for targets of tests'],
    [
      { targets: { lint: { name: 'doctor' } } },
      'targets.lint.name: doctor is the name of a target',
    ],
    [{ targets: { lint: { name: 'build-tests' } } }, 'build-tests is a name for targets of tests'],
    [
      { targets: { 'test-doc': { name: 'test-docs' } } },
      'targets.test-doc.name: test-docs is a name for targets of tests',
    ],
    [
      { targets: { 'test-doc': { name: 'lint' } } },
      'targets.test-doc.name: lint is the name of the target lint already',
    ],
    [
      { targets: { 'test-doc': { features: ['a'] } } },
      'targets.test-doc.features: unknown option; known are name, args',
    ],
    [{ targets: { doc: { name: 'bench-doc' } } }, 'bench-… are the names of single benches'],
    [
      { sets: { quick: ['a'] }, targets: { all: { tests: 'quik' } } },
      'targets.all.tests: expected the name of one of the sets (quick), got "quik"; did you mean quick?',
    ],
  ])('refuses %j', (given, words) => {
    expect(() => resolveOptions(given)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining(words) }),
    );
  });
});
