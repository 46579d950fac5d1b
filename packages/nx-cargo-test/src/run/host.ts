import { CargoTestError } from '../errors';

/**
 * Refuses hosts on which tests can't be built yet. A crate for Linux must never be
 * built natively elsewhere: its tests would be others, or none.
 *
 * @param platform Default: that of this process.
 * @throws {CargoTestError} `UNSUPPORTED_HOST`.
 */
export function assertHostRunsTests(platform: NodeJS.Platform = process.platform): void {
  if (platform === 'linux') return;
  throw new CargoTestError(
    'UNSUPPORTED_HOST',
    `tests are built on Linux only, and this host is ${platform}; in a Lima instance they are built with the options "runner": "auto" and "limaBuild": "auto"`,
  );
}
