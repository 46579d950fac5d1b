import * as v from 'valibot';
import type { BuildTestsOptions } from '../../build/build-options';
import { CARGO_COMMANDS, type CargoCommand } from '../../command/cargo-command';
import { refuseArguments } from '../../command/refuse-arguments';
import { RUNNERS, type RunnerOption } from '../../choose-runner';
import { LIMA_BUILDS, type LimaBuildOption } from '../../lima/lima-build';
import { LIMA_SOURCES } from '../../lima/lima-sources';
import { withoutOptions } from '../given-arguments';
import { parseOptions } from '../parse-options';

/** Options that the target has from inference; Nx adds what stands on the command line. */
const optionsSchema = v.looseObject({
  /** Which command. */
  command: v.picklist(CARGO_COMMANDS),
  /** Cargo package name. */
  package: v.string(),
  /** Folder of the Cargo workspace relative to the Nx workspace root, `.` for the root itself. */
  cargoWorkspace: v.string(),
  /** The only bench to run. Default: all. */
  bench: v.exactOptional(v.string()),
  /** Toolchain of rustup. Default: the one that rustup chooses. */
  toolchain: v.exactOptional(v.pipe(v.string(), v.minLength(1))),
  features: v.exactOptional(v.array(v.string())),
  allFeatures: v.exactOptional(v.boolean()),
  noDefaultFeatures: v.exactOptional(v.boolean()),
  profile: v.exactOptional(v.string()),
  /** Variables that build scripts or macros read, beyond those that every build covers. */
  buildEnvironment: v.exactOptional(v.array(v.string())),
  /** Further arguments, as they would stand after the command. Default: none. */
  args: v.optional(v.array(v.string()), () => []),
  /** Where tests run, and so what compiles the crate. Default: `auto`. */
  runner: v.optional(v.picklist(RUNNERS), 'auto'),
  /** Where it is compiled if tests run in a Lima instance. Default: `auto`. */
  limaBuild: v.optional(v.picklist(LIMA_BUILDS), 'auto'),
  limaInstance: v.exactOptional(v.pipe(v.string(), v.minLength(1))),
  limaSources: v.exactOptional(v.picklist(LIMA_SOURCES)),
  limaStart: v.exactOptional(v.boolean()),
  /** Variables that a command which runs code gets in the guest, where they are set. Default: none. */
  limaEnvironment: v.optional(v.array(v.string()), () => []),
  /** The command line's arguments for the target, as they were written. */
  __unparsed__: v.optional(v.array(v.string()), () => []),
});

/** Options of the executor `cargo`, checked. */
export interface CargoOptions extends BuildTestsOptions {
  readonly command: CargoCommand;
  readonly bench?: string;
  readonly toolchain?: string;
  readonly args: readonly string[];
  readonly runner: RunnerOption;
  readonly limaBuild: LimaBuildOption;
  readonly limaEnvironment: readonly string[];
  /** The user's arguments from the command line. */
  readonly given: readonly string[];
}

/** Options that a user may give on the command line; others stay there, and are refused or told by cargo. */
const OWN_OPTIONS = {
  withValue: ['toolchain', 'features', 'profile', 'args'],
  withoutValue: ['allFeatures', 'noDefaultFeatures'],
};

/**
 * Checks the options of the executor `cargo`.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key or argument.
 */
export function parseCargoOptions(options: unknown): CargoOptions {
  const { __unparsed__, ...rest } = parseOptions(optionsSchema, 'cargo', options);
  const given = withoutOptions(__unparsed__, OWN_OPTIONS);
  for (const args of [rest.args, given]) refuseArguments(rest.command, args);
  return { ...rest, given };
}
