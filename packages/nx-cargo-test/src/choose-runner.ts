import { CargoTestError } from './errors';
import { proposeNearest } from './nearest-name';

export const RUNNERS = ['auto', 'native', 'lima'] as const;
/** Where tests run: `auto` is `native` on Linux and `lima` elsewhere. */
export type RunnerOption = (typeof RUNNERS)[number];

/** Environment variable that overrides the option `runner`. */
export const RUNNER_VARIABLE = 'NX_CARGO_TEST_RUNNER';

/** A runner, and why it is this one. */
export interface ChosenRunner {
  readonly runner: 'native' | 'lima';
  readonly why: string;
}

/**
 * Chooses the runner: the environment variable, then the option, then the host
 * decides.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` for an unknown value of the variable;
 *   `UNSUPPORTED_HOST` when tests for Linux were to run natively elsewhere.
 */
export function chooseRunner(request: {
  readonly option: RunnerOption;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** Whether it is for tests: other commands run natively on every host where that is asked for. Default: true. */
  readonly isForTests?: boolean;
}): ChosenRunner {
  const { option, environment, platform, isForTests = true } = request;
  const variable = parseRunner(environment[RUNNER_VARIABLE] || 'auto');
  const chosen = variable === 'auto' ? option : variable;
  const who = variable === 'auto' ? 'the option runner' : RUNNER_VARIABLE;
  if (chosen === 'auto') {
    return platform === 'linux'
      ? { runner: 'native', why: 'this host is Linux' }
      : { runner: 'lima', why: `this host is ${platform}, not Linux` };
  }
  if (chosen === 'native' && platform !== 'linux' && isForTests) {
    throw new CargoTestError(
      'UNSUPPORTED_HOST',
      `tests run natively on Linux only, and this host is ${platform}; ${who} asks for native`,
    );
  }
  return { runner: chosen, why: `${who} says so` };
}

function parseRunner(value: string): RunnerOption {
  const runner = RUNNERS.find((each) => each === value);
  if (runner !== undefined) return runner;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `${RUNNER_VARIABLE}: expected ${RUNNERS.join(', ')}, got ${JSON.stringify(value)}${proposeNearest(value, RUNNERS)}`,
  );
}
