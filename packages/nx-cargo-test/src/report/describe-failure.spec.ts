import { CargoTestError } from '../errors';
import { describeFailure } from './describe-failure';

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

test('an error of ours has its code', () => {
  expect(describeFailure(new CargoTestError('INVALID_FILE', 'a: no TOML'))).toBe(
    'INVALID_FILE: a: no TOML',
  );
});

test.each([
  ['ENOSPC', 'no space left on device, write'],
  ['EACCES', "permission denied, open '/target/a'"],
  ['EROFS', "read-only file system, mkdir '/target'"],
])('what the system refuses is told without a stack: %s', (code, message) => {
  expect(describeFailure(systemError(code, message))).toBe(
    `SYSTEM_ERROR: ${code}: ${message}; \`npx nx-cargo-test doctor\` looks at disks and limits`,
  );
});

test('what should not be has its stack', () => {
  expect(describeFailure(new TypeError('no function'))).toMatch(/^TypeError: no function\n +at /);
  expect(describeFailure(systemError('EISDIR', 'a folder, open'))).toMatch(
    /^Error: EISDIR: .*\n +at /,
  );
  expect(describeFailure('words')).toBe('words');
});
