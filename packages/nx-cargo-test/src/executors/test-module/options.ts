import type { ExecutorContext, Task } from '@nx/devkit';
import * as v from 'valibot';
import type { BuildTestsOptions } from '../../build/build-options';
import { CargoTestError } from '../../errors';
import { DEFAULT_REUSE, REUSE_MODES, type ReuseMode } from '../../ledger/reuse-mode';
import { LIMA_SOURCES } from '../../lima/lima-sources';
import type { LimaSettings } from '../../lima/lima-guest';
import { DEFAULT_PACKED_TESTS } from '../../plan/packed-tests';
import { parseLeafId, type Leaf } from '../../module/test-module';
import { RUNNERS, type RunnerOption } from '../../choose-runner';
import { parseBuildTestsOptions } from '../build-tests/options';
import { withoutOptions } from '../given-arguments';
import { parseOptions } from '../parse-options';

const seconds = v.pipe(v.number(), v.gtValue(0));

/** Options that a leaf has from its target; Nx adds what stands on the command line. */
const optionsSchema = v.looseObject({
  /** Cargo package name. */
  package: v.string(),
  /** Folder of the Cargo workspace relative to the Nx workspace root, `.` for the root itself. */
  cargoWorkspace: v.string(),
  /** `formatLeafId` of the leaf. */
  leaf: v.string(),
  /** Exact names of tests of the package that may fail. Default: none. */
  expectedFailures: v.optional(v.array(v.string()), () => []),
  /** Seconds after which a running test is named. Default: 60. */
  warnAfterSeconds: v.optional(seconds, 60),
  /** Seconds after which a running test is killed and fails. Default: 300. */
  killAfterSeconds: v.optional(seconds, 300),
  /** How far the ledger answers. Default: `test`. */
  reuse: v.optional(v.picklist(REUSE_MODES), DEFAULT_REUSE),
  /** Modules of a run may share processes. Default: `false`. */
  packModules: v.optional(v.boolean(), false),
  /** The most tests of a process that modules share. Default: 60. */
  packedTests: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2)), DEFAULT_PACKED_TESTS),
  /** Where the tests run. Default: `auto`. */
  runner: v.optional(v.picklist(RUNNERS), 'auto'),
  /** Results of one runner count for the others. Default: `false`. */
  shareResults: v.optional(v.boolean(), false),
  /** Name of the Lima instance. Default: `default`. */
  limaInstance: v.optional(v.string(), 'default'),
  /** How the guest sees the folders that tests run in. Default: `mount`. */
  limaSources: v.optional(v.picklist(LIMA_SOURCES), 'mount'),
  /** Where the tests are built. Default: `host`. */
  limaBuild: v.optional(v.picklist(['guest', 'host']), 'host'),
  /** Start the instance when it is stopped. Default: `false`. */
  limaStart: v.optional(v.boolean(), false),
  /** Variables that tests in the guest get from here. Default: none. */
  limaEnvironment: v.optional(v.array(v.string()), () => []),
  /** The command line's arguments for the target, as they were written. */
  __unparsed__: v.optional(v.array(v.string()), () => []),
});

/** Options of the executor `test-module`, checked. */
export interface TestModuleOptions {
  readonly package: string;
  readonly cargoWorkspace: string;
  readonly leaf: Leaf;
  readonly leafId: string;
  readonly expectedFailures: readonly string[];
  readonly warnAfterSeconds: number;
  readonly killAfterSeconds: number;
  readonly reuse: ReuseMode;
  readonly packModules: boolean;
  readonly packedTests: number;
  readonly runner: RunnerOption;
  readonly shareResults: boolean;
  readonly lima: LimaSettings;
  /** The user's arguments for the tests. */
  readonly args: readonly string[];
}

/** Our own options, which Nx leaves among the arguments when they stand on the command line. */
const ownOptions = {
  withValue: [
    ...['expectedFailures', 'warnAfterSeconds', 'killAfterSeconds', 'reuse'],
    ...['packedTests'],
    ...['runner', 'limaInstance', 'limaSources', 'limaBuild', 'limaEnvironment'],
  ],
  withoutValue: ['packModules', 'shareResults', 'limaStart'],
};

/**
 * Checks the options of a leaf.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key.
 */
export function parseTestModuleOptions(options: unknown): TestModuleOptions {
  const {
    leaf: leafId,
    __unparsed__,
    ...rest
  } = parseOptions(optionsSchema, 'test-module', options);
  const leaf = parseLeafId(leafId, rest.package);
  if (leaf === undefined) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `options of the executor nx-cargo-test:test-module: leaf: expected a test module such as lib::task or test:name, got ${JSON.stringify(leafId)}`,
    );
  }
  return {
    package: rest.package,
    cargoWorkspace: rest.cargoWorkspace,
    leaf,
    leafId,
    expectedFailures: rest.expectedFailures,
    warnAfterSeconds: rest.warnAfterSeconds,
    killAfterSeconds: rest.killAfterSeconds,
    reuse: rest.reuse,
    packModules: rest.packModules,
    packedTests: rest.packedTests,
    runner: rest.runner,
    shareResults: rest.shareResults,
    lima: {
      instance: rest.limaInstance,
      sources: rest.limaSources,
      start: rest.limaStart,
      build: rest.limaBuild,
      forwarded: rest.limaEnvironment,
    },
    args: withoutOwnOptions(__unparsed__),
  };
}

/**
 * The build options of a project's tests: those of its target of the executor
 * `build-tests`, so that a build on demand is the build that the target makes.
 *
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` when the project has no such target;
 *   `INVALID_OPTIONS` when its options are wrong.
 */
export function buildOptionsOf(context: ExecutorContext, projectName: string): BuildTestsOptions {
  const targets = context.projectGraph.nodes[projectName]?.data.targets ?? {};
  const target = Object.values(targets).find((candidate) =>
    candidate.executor?.endsWith(':build-tests'),
  );
  if (target === undefined) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `the project ${projectName} has no target of the executor nx-cargo-test:build-tests`,
    );
  }
  return parseBuildTestsOptions(target.options);
}

/** The task that Nx runs in this process. */
export function ownTask({
  taskGraph,
  projectName,
  targetName,
  configurationName = '',
}: ExecutorContext): Task | undefined {
  return Object.values(taskGraph?.tasks ?? {}).find(
    ({ target: { project, target, configuration = '' } }) =>
      project === projectName && target === targetName && configuration === configurationName,
  );
}

/** Folder of a project relative to the Nx workspace root. */
export function projectFolder(context: ExecutorContext, projectName: string): string {
  return context.projectGraph.nodes[projectName]?.data.root ?? '.';
}

/** The arguments that are for the tests: without our own options, in either spelling. */
export function withoutOwnOptions(unparsed: readonly string[]): string[] {
  return withoutOptions(unparsed, ownOptions);
}
