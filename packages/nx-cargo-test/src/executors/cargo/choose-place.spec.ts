import { chooseCommandPlace, type PlaceRequest } from './choose-place';
import { parseCargoOptions } from './options';

function choose(options: object, changes: Partial<PlaceRequest> = {}): unknown {
  return chooseCommandPlace({
    task: 'a:build',
    options: parseCargoOptions({ command: 'build', package: 'a', cargoWorkspace: '.', ...options }),
    environment: {},
    platform: 'linux',
    ...changes,
  });
}

const mac = { platform: 'darwin' } as const;

test('on Linux commands run natively, unless tests are built in a guest', () => {
  expect(choose({})).toEqual({ line: 'runner: native (this host is Linux)' });
  const lima = { runner: 'lima', limaInstance: 'rust' };
  expect(choose({ ...lima, limaBuild: 'guest' })).toEqual({
    guest: 'rust',
    line: 'runner: lima, instance rust (the option runner says so)',
  });
  for (const limaBuild of ['auto', 'host']) {
    expect(choose({ ...lima, limaBuild })).toEqual({
      line: 'runner: native (tests for the guest are built on this host, and so is this)',
    });
  }
});

test('on a Mac they run in the guest', () => {
  expect(choose({ limaInstance: 'rust' }, mac)).toEqual({
    guest: 'rust',
    line: 'runner: lima, instance rust (this host is darwin, not Linux)',
  });
});

test('the variable overrides the option', () => {
  const environment = { NX_CARGO_TEST_RUNNER: 'native' };
  const options = { runner: 'lima', limaInstance: 'rust', limaBuild: 'guest' };
  expect(choose(options, { environment })).toEqual({
    line: 'runner: native (NX_CARGO_TEST_RUNNER says so)',
  });
});

test('what is no test runs natively on a Mac if that is asked for', () => {
  const environment = { NX_CARGO_TEST_RUNNER: 'native' };
  expect(choose({ limaInstance: 'rust' }, { ...mac, environment, isForTests: false })).toEqual({
    line: 'runner: native (NX_CARGO_TEST_RUNNER says so)',
  });
});

test.each([
  [{ limaBuild: 'host' }, mac, 'UNSUPPORTED_HOST', 'set the option limaBuild of nx-cargo-test'],
  [{ runner: 'native' }, mac, 'UNSUPPORTED_HOST', 'the option runner asks for native'],
  [{}, mac, 'GRAPH_OUT_OF_DATE', 'a target of your own needs the option limaInstance'],
])('%j says what to do', (options, changes, code, words) => {
  expect(() => choose(options, changes)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  );
});
