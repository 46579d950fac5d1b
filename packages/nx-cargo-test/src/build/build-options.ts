import type { LimaSources } from '../lima/lima-sources';

/** Options of the executor `build-tests`; what they hold enters Nx's hash of every target. */
export interface BuildTestsOptions {
  /** Cargo package name. */
  readonly package: string;
  /** Folder of the Cargo workspace relative to the Nx workspace root, `.` for the root itself. */
  readonly cargoWorkspace: string;
  /** Features to enable. Default: none but Cargo's default ones. */
  readonly features?: readonly string[];
  /** Enables all features. Default: false. */
  readonly allFeatures?: boolean;
  /** Leaves Cargo's default features out. Default: false. */
  readonly noDefaultFeatures?: boolean;
  /** Cargo profile to compile tests with. Default: Cargo's own for tests, `test`. */
  readonly profile?: string;
  /** Environment variables that build scripts or macros read, beyond those that every build covers. Default: none. */
  readonly buildEnvironment?: readonly string[];
  /** Name of the Lima instance to build in. Default: none, on this machine. */
  readonly limaInstance?: string;
  /** How the instance's guest sees the sources. Default: `mount`. */
  readonly limaSources?: LimaSources;
  /** Starts the instance when it is stopped. Default: false. */
  readonly limaStart?: boolean;
  /** Attributes that mark test functions, beyond those that always do. Default: none. */
  readonly testAttributes?: readonly string[];
}

/** The arguments that select features and profile, as cargo takes them. */
export function selectionArguments(options: BuildTestsOptions): string[] {
  return [
    ...(options.features ?? []).flatMap((feature) => ['--features', feature]),
    ...(options.allFeatures === true ? ['--all-features'] : []),
    ...(options.noDefaultFeatures === true ? ['--no-default-features'] : []),
    ...(options.profile === undefined ? [] : ['--profile', options.profile]),
  ];
}

/** What of the choice of features contradicts itself, or `undefined`. */
export function contradictoryFeatures({
  features = [],
  allFeatures,
  noDefaultFeatures,
}: {
  readonly features?: readonly string[] | undefined;
  readonly allFeatures?: boolean | undefined;
  readonly noDefaultFeatures?: boolean | undefined;
}): string | undefined {
  if (allFeatures !== true) return undefined;
  if (features.length > 0) {
    return 'allFeatures: true, and features names some; leave one of them out';
  }
  return noDefaultFeatures === true
    ? 'allFeatures: true, and noDefaultFeatures leaves some out; leave one of them out'
    : undefined;
}
