import type { CargoCommand } from './cargo-command';
import { refuseArguments } from './refuse-arguments';

test.each<[CargoCommand, readonly string[]]>([
  ['lint', ['-p', 'b']],
  ['lint', ['--locked', '--package=b']],
  ['build', ['--workspace']],
  ['fmt-check', ['--manifest-path', 'x']],
  ['lint', ['--fix']],
  ['lint', ['--message-format=json']],
])('%s refuses %j', (command, args) => {
  expect(() => refuseArguments(command, args)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTIONS' }),
  );
});

test.each<[CargoCommand, readonly string[]]>([
  ['bench', ['--', '--fix', '-p']],
  ['build', ['--message-format=short', '--fix']],
  ['lint', ['--locked', '--', '-D', 'warnings']],
])('%s hands on %j', (command, args) => {
  expect(() => refuseArguments(command, args)).not.toThrow();
});
