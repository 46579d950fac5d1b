import * as v from 'valibot';
import type { BuildTestsOptions } from '../../build/build-options';
import { RUNNERS, type RunnerOption } from '../../choose-runner';
import { LIMA_BUILDS, type LimaBuildOption } from '../../lima/lima-build';
import { LIMA_SOURCES } from '../../lima/lima-sources';
import { buildOptionEntries } from '../build-tests/options';
import { withoutOptions } from '../given-arguments';
import { parseOptions } from '../parse-options';

const seconds = v.pipe(v.number(), v.gtValue(0));

/** Options that the target has from inference; Nx adds what stands on the command line. */
const optionsSchema = v.looseObject({
  ...buildOptionEntries,
  /** Seconds without a verdict after which a line says so. Default: 60. */
  warnAfterSeconds: v.optional(seconds, 60),
  /** Seconds without a verdict after which the doc tests are killed. Default: 300. */
  killAfterSeconds: v.optional(seconds, 300),
  /** Where tests run, and so what compiles doc tests. Default: `auto`. */
  runner: v.optional(v.picklist(RUNNERS), 'auto'),
  /** Where they are compiled, and run, if tests run in a Lima instance. Default: `auto`. */
  limaBuild: v.optional(v.picklist(LIMA_BUILDS), 'auto'),
  limaInstance: v.exactOptional(v.pipe(v.string(), v.minLength(1))),
  limaSources: v.exactOptional(v.picklist(LIMA_SOURCES)),
  limaStart: v.exactOptional(v.boolean()),
  /** Variables that doc tests in the guest get of ours, where they are set. Default: none. */
  limaEnvironment: v.optional(v.array(v.string()), () => []),
  /** Arguments for the tests, before those of the command line. Default: none. */
  args: v.optional(v.array(v.string()), () => []),
  /** The command line's arguments for the target, as they were written. */
  __unparsed__: v.optional(v.array(v.string()), () => []),
});

/** Options of the executor `test-doc`, checked. */
export interface TestDocOptions extends BuildTestsOptions {
  readonly warnAfterSeconds: number;
  readonly killAfterSeconds: number;
  readonly runner: RunnerOption;
  readonly limaBuild: LimaBuildOption;
  readonly limaEnvironment: readonly string[];
  /** The user's arguments for the tests: those of the option, then those of the command line. */
  readonly args: readonly string[];
}

/**
 * Checks the options of the executor `test-doc`.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key.
 */
export function parseTestDocOptions(options: unknown): TestDocOptions {
  const { __unparsed__, ...rest } = parseOptions(optionsSchema, 'test-doc', options);
  return { ...rest, args: [...rest.args, ...withoutOptions(__unparsed__, OWN_OPTIONS)] };
}

/** Our own options, which Nx leaves among the arguments when they stand on the command line. */
const OWN_OPTIONS = {
  withValue: [
    ...['features', 'profile', 'args', 'warnAfterSeconds', 'killAfterSeconds'],
    ...['runner', 'limaInstance', 'limaSources', 'limaBuild', 'limaEnvironment'],
  ],
  withoutValue: ['allFeatures', 'noDefaultFeatures', 'limaStart'],
};
