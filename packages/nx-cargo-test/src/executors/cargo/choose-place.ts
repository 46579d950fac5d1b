import { chooseRunner, type RunnerOption } from '../../choose-runner';
import { CargoTestError } from '../../errors';
import { chooseLimaBuild, type LimaBuildOption } from '../../lima/lima-build';

/** The machine on which something runs that compiles a crate. */
export interface CommandPlace {
  /** Name of the Lima instance in whose guest it runs; absent for this machine. */
  readonly guest?: string;
  /** A line for the user. */
  readonly line: string;
}

/** What runs, and what its place follows from. */
export interface PlaceRequest {
  /** For messages: `glommio:lint`. */
  readonly task: string;
  readonly options: {
    readonly runner: RunnerOption;
    readonly limaBuild: LimaBuildOption;
    readonly limaInstance?: string;
  };
  /** See `chooseRunner`. */
  readonly isForTests?: boolean;
  /** Environment of our own process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Chooses the machine for what compiles a crate: that on which its tests are compiled.
 *
 * @throws {CargoTestError} `UNSUPPORTED_HOST` if that is this machine and it is not Linux;
 *   `GRAPH_OUT_OF_DATE` if it is a guest that the options do not name.
 */
export function chooseCommandPlace(request: PlaceRequest): CommandPlace {
  const { task, options, platform } = request;
  const { limaInstance } = options;
  const { runner, why } = chooseRunner({ ...request, option: options.runner });
  if (runner === 'native') return { line: `runner: native (${why})` };
  if (chooseLimaBuild(options.limaBuild, platform) === 'host') {
    if (platform === 'linux')
      return {
        line: 'runner: native (tests for the guest are built on this host, and so is this)',
      };
    throw new CargoTestError(
      'UNSUPPORTED_HOST',
      `${task} compiles a crate for Linux, and this host is ${platform}; set the option limaBuild of nx-cargo-test in nx.json to "guest", so that it runs in the Lima instance where tests run`,
    );
  }
  if (limaInstance === undefined) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `${task} is to run in a Lima instance (${why}), and its options name none: set NX_CARGO_TEST_RUNNER and run \`nx reset\`; a target of your own needs the option limaInstance`,
    );
  }
  return { guest: limaInstance, line: `runner: lima, instance ${limaInstance} (${why})` };
}
