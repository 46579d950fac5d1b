import * as v from 'valibot';
import { contradictoryFeatures } from '../build/build-options';
import { describeIssue } from '../describe-issue';
import { CargoTestError } from '../errors';
import { REUSE_MODES } from '../ledger/reuse-mode';
import { LIMA_BUILDS } from '../lima/lima-build';
import { LIMA_SOURCES } from '../lima/lima-sources';
import { DEFAULT_PACKED_TESTS } from '../plan/packed-tests';
import { RUNNERS } from '../choose-runner';
import { commandOptionKeys, commandOptionsSchema, resolveCommands } from './command-options';
import type { ResolvedCommands } from './command-options';

const names = v.array(v.string());

/** What Nx takes for an input; of others it says itself that nx.json does not name them. */
const fileset = v.pipe(
  v.string(),
  v.regex(
    /^(?:!?\{(?:projectRoot|workspaceRoot)\}(?:\/|$)|[^\s!{}/*]+$)/,
    'a fileset that begins with {projectRoot}/ or {workspaceRoot}/',
  ),
);

const optionsSchema = v.strictObject({
  /**
   * Cargo features to build the tests with.
   * Default: the package's default features.
   */
  features: v.optional(names),
  /**
   * Build with all features.
   * Default: `false`
   */
  allFeatures: v.optional(v.boolean()),
  /**
   * Build without the default features.
   * Default: `false`
   */
  noDefaultFeatures: v.optional(v.boolean()),
  /**
   * Cargo profile to build the tests with.
   * Default: Cargo's own, `test`.
   */
  profile: v.optional(v.pipe(v.string(), v.minLength(1))),
  /**
   * Files that tests read at run time: Nx filesets that may hold `{projectRoot}`
   * and `{workspaceRoot}`. A change of one reruns every test module of the package.
   * Default: the folders that people keep fixtures in, see {@link defaultRuntimeInputs}.
   */
  runtimeInputs: v.optional(v.array(fileset), () => [...defaultRuntimeInputs]),
  /**
   * Environment variables that tests read at run time.
   * Default: see {@link defaultEnvironment}.
   */
  environment: v.optional(
    // Nx would hash any other text as a variable that is never set.
    v.array(v.pipe(v.string(), v.regex(/^[^\s=]+$/, 'a variable name'))),
    () => [...defaultEnvironment],
  ),
  /**
   * Environment variables that build scripts or macros read, besides those that
   * are always covered (`RUSTFLAGS`, `CARGO_*`, `CC`, `CFLAGS` and their like).
   * Default: `[]`
   */
  buildEnvironment: v.optional(
    v.array(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name'))),
    () => [],
  ),
  /**
   * Attributes that mark test functions, besides those that end with `test` and those
   * of widely used test crates. The last segment of each path counts.
   * Default: `[]`
   */
  testAttributes: v.optional(
    v.array(
      v.pipe(
        v.string(),
        v.regex(/^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*$/, 'the path of an attribute, without #[ ]'),
      ),
    ),
    () => [],
  ),
  /**
   * A target for each test module of the library; without it one for all of its tests.
   * Default: `true`
   */
  split: v.optional(v.boolean(), true),
  /**
   * Show the crates of Cargo.lock in the graph, as external nodes `cargo:<name>`.
   * Default: `false`
   */
  externalNodes: v.optional(v.boolean(), false),
  /**
   * Named sets of test targets: `{"quick": ["arena", "error"]}` makes the target
   * `test-quick`. Members are target names without `test-`; `glommio:arena`
   * counts for the package `glommio` alone.
   * Default: `{}`
   */
  sets: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]+$/, 'a target name')),
      v.pipe(names, v.minLength(1)),
    ),
    () => ({}),
  ),
  /**
   * The targets besides those of test binaries, such as `lint`: each can be renamed, left out
   * with `false`, and given arguments, and most of them features, a profile, a toolchain.
   * Default: all of them as they are.
   */
  targets: v.optional(commandOptionsSchema, {}),
  /**
   * For each package the exact names of tests that may fail; they are reported.
   * Default: `{}`
   */
  expectedFailures: v.optional(v.record(v.string(), names), () => ({})),
  /**
   * How far the ledger answers for tests of which Nx has no result: `test` leaves
   * out each test that is known to have passed, `module` only whole modules of
   * such tests, `off` none. The environment variable `NX_CARGO_TEST_REUSE` overrides it.
   * Default: `test`
   */
  reuse: v.optional(v.picklist(REUSE_MODES)),
  /**
   * Modules of one run may share processes of the same test binary, as far as what
   * earlier runs needed fits together.
   * Default: `false`
   */
  packModules: v.optional(v.boolean(), false),
  /**
   * The most tests of a process that modules share.
   * Default: `60`
   */
  packedTests: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2)), DEFAULT_PACKED_TESTS),
  /**
   * Where tests run: `native` on this host, `lima` in the guest of a Lima instance,
   * `auto` natively on Linux and in Lima elsewhere. `NX_CARGO_TEST_RUNNER` overrides it.
   * Default: `auto`
   */
  runner: v.optional(v.picklist(RUNNERS), 'auto'),
  /**
   * Results of one runner, or of one Lima instance, count for the others.
   * Default: `false`
   */
  shareResults: v.optional(v.boolean(), false),
  /**
   * Name of the Lima instance.
   * Default: `default`
   */
  limaInstance: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'a name of letters, digits, _, . and -'),
    ),
    'default',
  ),
  /**
   * How the guest sees sources and the folders that tests run in: by a mount at the same path,
   * or by copies.
   * Default: `mount`
   */
  limaSources: v.optional(v.picklist(LIMA_SOURCES), 'mount'),
  /**
   * Where tests for the guest are built: in the guest, on this host, or, with `auto`,
   * on this host if it is Linux, else in the guest.
   * Default: `auto`
   */
  limaBuild: v.optional(v.picklist(LIMA_BUILDS), 'auto'),
  /**
   * Start the instance when it is stopped.
   * Default: `false`
   */
  limaStart: v.optional(v.boolean(), false),
  /**
   * Seconds without a verdict after which a test is named as slow.
   * Default: `60`
   */
  warnAfterSeconds: v.optional(v.pipe(v.number(), v.minValue(1)), 60),
  /**
   * Seconds without a verdict after which a test is killed and fails.
   * Default: `300`
   */
  killAfterSeconds: v.optional(v.pipe(v.number(), v.minValue(1)), 300),
});

/** Options in nx.json, `{"plugin": "nx-cargo-test", "options": {...}}`; all may be left out. */
export type NxCargoTestOptions = v.InferInput<typeof optionsSchema>;

/** Options with their defaults filled in. */
export type ResolvedOptions = Omit<v.InferOutput<typeof optionsSchema>, 'targets'> & {
  readonly targets: ResolvedCommands;
};

/**
 * What tests usually read: everything below `tests` that is no Rust source, and
 * all of the folders that people keep fixtures in, Rust source among them
 * included (trybuild and its like compile it at run time).
 */
const defaultRuntimeInputs: readonly string[] = [
  '{projectRoot}/tests/**/!(*.rs)',
  '{projectRoot}/src/**/{snapshots,testdata,test_data,fixtures}/**/*',
  '{projectRoot}/tests/{ui,trybuild,compile-fail,compile_fail,pass,fail}/**/*',
  '{projectRoot}/tests/{fixtures,fixture,data,testdata,test-data,test_data,resources,assets}/**/*',
  '{projectRoot}/tests/{cases,corpus,files,inputs,input,expected,golden,snapshots}/**/*',
  '{projectRoot}/{fixtures,testdata,test-data,test_data,test-fixtures,test_fixtures}/**/*',
  '{projectRoot}/{test-assets,test_assets,test-resources,test_resources,snapshots}/**/*',
  '{projectRoot}/proptest-regressions/**/*',
];

/** Variables that the standard library, libtest and the usual loggers read. */
const defaultEnvironment: readonly string[] = [
  'RUST_BACKTRACE',
  'RUST_LIB_BACKTRACE',
  'RUST_LOG',
  'RUST_MIN_STACK',
  'RUST_TEST_THREADS',
  'RUST_TEST_SHUFFLE',
  'TZ',
  'LANG',
  'LC_ALL',
];

/**
 * Checks the options of the plugin and fills in the defaults.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong key, what was
 *   expected there and what was found.
 */
export function resolveOptions(options: unknown): ResolvedOptions {
  const result = v.safeParse(optionsSchema, options ?? {});
  if (!result.success) {
    const problem = describeIssue(result.issues[0], knownKeys);
    throw new CargoTestError('INVALID_OPTIONS', `options of nx-cargo-test in nx.json: ${problem}`);
  }
  const resolved = result.output;
  if (resolved.killAfterSeconds < resolved.warnAfterSeconds) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `options of nx-cargo-test in nx.json: killAfterSeconds: expected at least warnAfterSeconds (${resolved.warnAfterSeconds}), got ${resolved.killAfterSeconds}`,
    );
  }
  const contradiction = contradictoryFeatures(resolved);
  if (contradiction !== undefined) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `options of nx-cargo-test in nx.json: ${contradiction}`,
    );
  }
  if ('doc' in resolved.sets) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      'options of nx-cargo-test in nx.json: sets.doc: test-doc is the target of the doc tests; give the set another name',
    );
  }
  return { ...resolved, targets: resolveCommands(resolved.targets, Object.keys(resolved.sets)) };
}

function knownKeys(parent: readonly string[]): readonly string[] {
  const [first, ...rest] = parent;
  if (first === undefined) return Object.keys(optionsSchema.entries);
  return first === 'targets' ? commandOptionKeys(rest) : [];
}
