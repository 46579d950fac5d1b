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
  ])('refuses %j', (given, words) => {
    expect(() => resolveOptions(given)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining(words) }),
    );
  });
});
