import * as v from 'valibot';
import { contradictoryFeatures, type BuildTestsOptions } from '../../build/build-options';
import { CargoTestError } from '../../errors';
import { LIMA_SOURCES } from '../../lima/lima-sources';
import { parseOptions } from '../parse-options';

/** Options that say what is built. */
export const buildOptionEntries = {
  package: v.string(),
  cargoWorkspace: v.string(),
  features: v.exactOptional(v.array(v.string())),
  allFeatures: v.exactOptional(v.boolean()),
  noDefaultFeatures: v.exactOptional(v.boolean()),
  profile: v.exactOptional(v.string()),
  buildEnvironment: v.exactOptional(v.array(v.string())),
};

const optionsSchema = v.strictObject({
  ...buildOptionEntries,
  limaInstance: v.exactOptional(v.string()),
  limaSources: v.exactOptional(v.picklist(LIMA_SOURCES)),
  limaStart: v.exactOptional(v.boolean()),
  testAttributes: v.exactOptional(v.array(v.string())),
  behaviour: v.exactOptional(v.number()),
});

/**
 * Checks the options of the executor `build-tests`.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key.
 */
export function parseBuildTestsOptions(options: unknown): BuildTestsOptions {
  const parsed = parseOptions(optionsSchema, 'build-tests', options);
  const problem = contradictoryFeatures(parsed);
  if (problem === undefined) return parsed;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `options of the executor nx-cargo-test:build-tests: ${problem}`,
  );
}
