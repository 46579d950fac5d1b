import { buildInputs, workspacePath, type Input } from './build-inputs';
import { BUILD_INPUT } from './command-inputs';
import { guestOf } from './guest-options';
import { namedInputDigest } from './merged-target';
import type { PackageTargetsRequest } from './package-request';

/**
 * Name of what tests read while they run, as far as it lies in the package's folder. Targets
 * refer to it as an object, behind which `nx affected` does not look: it would compare every
 * changed file with every pattern of every package, and the inputs of the build hold the
 * whole folder anyway.
 */
const RUNTIME_INPUT = 'cargoTestRuntime';

/** Inputs that many targets of a package have. */
export interface SharedInputs {
  readonly namedInputs: Record<string, Input[]>;
  /** What tests read while they run: the named input, and what lies outside of the package's folder. */
  readonly runtime: readonly Input[];
  /** Digests of the named inputs. */
  readonly build: Readonly<Record<string, string>>;
  readonly tests: Readonly<Record<string, string>>;
}

/** The inputs that targets of a package share. */
export function sharedInputs(request: PackageTargetsRequest): SharedInputs {
  const { options, packageFolder } = request;
  const { buildEnvironment } = options;
  // Named from the workspace root: `{projectRoot}` would leave out projects among the fixtures.
  const files = options.runtimeInputs.map((fileset) =>
    fileset.replaceAll('{projectRoot}', workspacePath(packageFolder)),
  );
  const isInside = (file: string): boolean => file.startsWith(workspacePath(packageFolder, '/'));
  const build = [...buildInputs({ ...request, buildEnvironment, ...guestOf(request) })];
  const runtime = [
    ...files.filter(isInside),
    ...options.environment.map((name) => ({ env: name })),
  ];
  return {
    namedInputs: { [BUILD_INPUT]: build, [RUNTIME_INPUT]: runtime },
    runtime: [{ input: RUNTIME_INPUT }, ...files.filter((file) => !isInside(file))],
    build: { [BUILD_INPUT]: namedInputDigest(build) },
    tests: { [RUNTIME_INPUT]: namedInputDigest(runtime) },
  };
}
