import * as v from 'valibot';
import type { BuildTestsOptions } from '../../build/build-options';
import { CargoTestError } from '../../errors';

const optionsSchema = v.object({
  package: v.string(),
  cargoWorkspace: v.string(),
  features: v.exactOptional(v.array(v.string())),
  allFeatures: v.exactOptional(v.boolean()),
  noDefaultFeatures: v.exactOptional(v.boolean()),
  profile: v.exactOptional(v.string()),
  buildEnvironment: v.exactOptional(v.array(v.string())),
  behaviour: v.exactOptional(v.number()),
});

/**
 * Checks the options of the executor `build-tests`; Nx has refused unknown keys by then.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key.
 */
export function parseBuildTestsOptions(options: unknown): BuildTestsOptions {
  const result = v.safeParse(optionsSchema, options);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `options of the executor nx-cargo-test:build-tests: ${v.getDotPath(issue) ?? '(all)'}: ` +
      `expected ${issue.expected ?? 'another value'}, got ${issue.received}`,
  );
}
