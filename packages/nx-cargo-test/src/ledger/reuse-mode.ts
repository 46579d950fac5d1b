import { CargoTestError } from '../errors';

/** How far the ledger answers for a module that Nx has no result of. */
export type ReuseMode =
  /** Each test whose pass is known is left out. */
  | 'test'
  /** The module is left out if the passes of all its tests are known. */
  | 'module'
  /** Every test runs; verdicts are recorded all the same. */
  | 'off';

/** What holds when nobody says anything. */
export const DEFAULT_REUSE: ReuseMode = 'test';

export const REUSE_MODES: readonly ReuseMode[] = ['test', 'module', 'off'];

/** Environment variable that overrides the option `reuse`; unlike a flag it is in no hash of Nx. */
export const REUSE_VARIABLE = 'NX_CARGO_TEST_REUSE';

/**
 * Which mode holds: `--skip-nx-cache` first, then the environment, then the option.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` for another word in the environment.
 */
export function reuseMode(
  option: ReuseMode,
  environment: Readonly<Record<string, string | undefined>>,
): ReuseMode {
  // Nx passes `--skip-nx-cache` on to tasks by this variable.
  if (environment['NX_SKIP_NX_CACHE'] === 'true') return 'off';
  const set = environment[REUSE_VARIABLE];
  if (set === undefined || set === '') return option;
  const mode = REUSE_MODES.find((candidate) => candidate === set);
  if (mode !== undefined) return mode;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `the environment variable ${REUSE_VARIABLE} is ${JSON.stringify(set)}; expected ${REUSE_MODES.join(', ')}`,
  );
}
