import type { TargetConfiguration } from '@nx/devkit';
import type { DiscoveredTests } from '../module/discover-tests';
import type { TestBinaryId } from '../module/test-module';
import { hasGlobCharacters } from './build-inputs';
import type { CargoTestMetadata } from './merged-target';
import type { ResolvedOptions } from './plugin-options';

/** A test binary of a package and what its source shows. */
export interface PackageBinary {
  readonly binary: TestBinaryId;
  /** False for `harness = false`. */
  readonly harness: boolean;
  readonly discovered: DiscoveredTests;
}

/** All that the targets of one package follow from. Folders are relative to the Nx workspace root. */
export interface PackageTargetsRequest {
  readonly packageName: string;
  readonly packageFolder: string;
  readonly cargoWorkspace: string;
  readonly binaries: readonly PackageBinary[];
  /** Name of the library if cargo runs doc tests of it. */
  readonly docTests?: string;
  readonly sourceFolders: readonly string[];
  readonly targetFolders: readonly string[];
  /** Absolute folders of path dependencies that Nx does not see. */
  readonly unseenFolders: readonly string[];
  readonly options: ResolvedOptions;
  /** Where tests run. */
  readonly runner: 'native' | 'lima';
  /** Where tests are built if they run in Lima. Default: `host`. */
  readonly limaBuild?: 'guest' | 'host';
  /** True when its Cargo.toml was read without cargo. */
  readonly withoutCargo: boolean;
}

/** Nx would answer from its cache without looking at what it cannot see. */
export function whyNotCached({
  unseenFolders,
  sourceFolders,
  cargoWorkspace,
}: Pick<PackageTargetsRequest, 'unseenFolders' | 'sourceFolders' | 'cargoWorkspace'>):
  string | undefined {
  if (unseenFolders.length > 0) {
    return `path dependency ${unseenFolders.join(', ')} lies outside of the Nx workspace or is ignored by git`;
  }
  const odd = [...sourceFolders, cargoWorkspace].find(hasGlobCharacters);
  return odd === undefined ? undefined : `the folder ${odd} holds characters of file patterns`;
}

/** Options that say what is compiled, of the build and of the doc tests; leaves take those of their build. */
export function packageOptions({
  packageName,
  cargoWorkspace,
  options,
}: PackageTargetsRequest): Record<string, unknown> {
  const { features, allFeatures, noDefaultFeatures, profile, buildEnvironment } = options;
  return {
    package: packageName,
    cargoWorkspace,
    ...(features === undefined ? {} : { features: [...features].sort() }),
    ...(allFeatures === undefined ? {} : { allFeatures }),
    ...(noDefaultFeatures === undefined ? {} : { noDefaultFeatures }),
    ...(profile === undefined ? {} : { profile }),
    ...(buildEnvironment.length === 0 ? {} : { buildEnvironment: [...buildEnvironment].sort() }),
  };
}

/** What Nx shows of a target, and what its executor checks it against. */
export function targetMetadata(
  description: string,
  nxCargoTest: CargoTestMetadata,
): NonNullable<TargetConfiguration['metadata']> {
  return { description, technologies: ['rust'], nxCargoTest };
}
