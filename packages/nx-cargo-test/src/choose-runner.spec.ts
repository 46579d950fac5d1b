import { chooseRunner } from './choose-runner';

type Request = Parameters<typeof chooseRunner>[0];

const request = (changes: Partial<Request>): Request => ({
  option: 'auto',
  environment: {},
  platform: 'linux',
  ...changes,
});

it.each<[string, Partial<Request>, 'native' | 'lima', string]>([
  ['a Linux host', {}, 'native', 'this host is Linux'],
  ['a Mac', { platform: 'darwin' }, 'lima', 'this host is darwin, not Linux'],
  ['the option', { option: 'lima' }, 'lima', 'the option runner says so'],
  [
    'the variable over the option',
    { option: 'native', environment: { NX_CARGO_TEST_RUNNER: 'lima' } },
    'lima',
    'NX_CARGO_TEST_RUNNER says so',
  ],
  [
    'the option where the variable leaves it open',
    { option: 'lima', environment: { NX_CARGO_TEST_RUNNER: 'auto' } },
    'lima',
    'the option runner says so',
  ],
  [
    'the host where the variable is empty',
    { environment: { NX_CARGO_TEST_RUNNER: '' } },
    'native',
    'this host is Linux',
  ],
])('%s decides', (_, changes, runner, why) => {
  expect(chooseRunner(request(changes))).toMatchObject({ runner, why });
});

it('never runs tests for Linux natively elsewhere', () => {
  const environment = { NX_CARGO_TEST_RUNNER: 'native' };
  expect(() => chooseRunner(request({ platform: 'darwin', environment }))).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED_HOST',
      message: expect.stringContaining('NX_CARGO_TEST_RUNNER asks for native'),
    }),
  );
});

it('refuses a value that nobody knows', () => {
  const environment = { NX_CARGO_TEST_RUNNER: 'limma' };
  expect(() => chooseRunner(request({ environment }))).toThrow(
    expect.objectContaining({
      code: 'INVALID_OPTIONS',
      message: 'NX_CARGO_TEST_RUNNER: expected auto, native, lima, got "limma"; did you mean lima?',
    }),
  );
});
