import * as v from 'valibot';
import { CARGO_COMMANDS, MIRI_TOOLCHAIN, type CargoCommand } from '../command/cargo-command';
import { CargoTestError } from '../errors';
import { proposeNearest } from '../nearest-name';
import { DOCTOR_TARGET } from './doctor-target';

const names = v.array(v.string());

const nameEntry = {
  /** Name of the target. Default: its key. */
  name: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]+$/, 'a target name'))),
};

const toolEntries = {
  ...nameEntry,
  /** Further arguments, as they would stand after the command. Default: none. */
  args: v.optional(names),
  /** Toolchain of rustup. Default: the one that rustup chooses; `nightly` for `miri`. */
  toolchain: v.optional(v.pipe(v.string(), v.regex(/^[^\s+-][^\s]*$/, 'a toolchain'))),
};

const cargoEntries = {
  ...toolEntries,
  /** Cargo features. Default: those of the plugin, as long as none of the three is given here. */
  features: v.optional(names),
  /** All features. Default: see `features`. */
  allFeatures: v.optional(v.boolean()),
  /** No default features. Default: see `features`. */
  noDefaultFeatures: v.optional(v.boolean()),
  /** Cargo profile. Default: Cargo's own for the command. */
  profile: v.optional(v.pipe(v.string(), v.minLength(1))),
};

const allEntries = {
  ...nameEntry,
  /**
   * The set that stands for the core tests; a package without it runs all its tests.
   * Default: `lima-safe`, if there is a set of that name.
   */
  tests: v.optional(v.string()),
};

const docTestEntries = {
  ...nameEntry,
  /** Arguments for the doc tests, before those of the command line. Default: none. */
  args: v.optional(names),
};

const targetEntries = {
  build: cargoEntries,
  lint: cargoEntries,
  fmt: toolEntries,
  'fmt-check': toolEntries,
  bench: cargoEntries,
  doc: cargoEntries,
  miri: cargoEntries,
  coverage: cargoEntries,
  'test-doc': docTestEntries,
  all: allEntries,
  ci: nameEntry,
};

/** Options of that shape, or `false`. */
function orFalse<const Entries extends v.ObjectEntries>(entries: Entries) {
  const options = v.strictObject(entries);
  const neither = v.custom<false>(() => false, 'false or Object');
  // Chosen by the value, so that a message is about the key that is wrong, not about both kinds.
  return v.lazy((value) => {
    if (value === false) return v.literal(false);
    return typeof value === 'object' && value !== null ? options : neither;
  });
}

/** The option `targets` of the plugin: `false` for none of them, or for each its options or `false`. */
export const commandOptionsSchema = orFalse({
  build: v.optional(orFalse(targetEntries.build)),
  lint: v.optional(orFalse(targetEntries.lint)),
  fmt: v.optional(orFalse(targetEntries.fmt)),
  'fmt-check': v.optional(orFalse(targetEntries['fmt-check'])),
  bench: v.optional(orFalse(targetEntries.bench)),
  doc: v.optional(orFalse(targetEntries.doc)),
  miri: v.optional(orFalse(targetEntries.miri)),
  coverage: v.optional(orFalse(targetEntries.coverage)),
  'test-doc': v.optional(orFalse(targetEntries['test-doc'])),
  all: v.optional(orFalse(targetEntries.all)),
  ci: v.optional(orFalse(targetEntries.ci)),
});

/** Known keys of `targets`, or of one target's options. @param path Keys from `targets` on, without it. */
export function commandOptionKeys([target]: readonly string[]): readonly string[] {
  if (target === undefined) return Object.keys(targetEntries);
  return Object.keys(targetEntries[target as keyof typeof targetEntries] ?? {});
}

/** What a user wrote for the target of a command. */
export interface CommandSettings {
  readonly name: string;
  readonly args: readonly string[];
  readonly toolchain?: string | undefined;
  readonly features?: readonly string[] | undefined;
  readonly allFeatures?: boolean | undefined;
  readonly noDefaultFeatures?: boolean | undefined;
  readonly profile?: string | undefined;
}

/** The targets besides those of test binaries; what is left out is absent. */
export interface ResolvedCommands {
  readonly commands: ReadonlyMap<CargoCommand, CommandSettings>;
  /** That of the doc tests. */
  readonly docTests?: { readonly name: string; readonly args: readonly string[] };
  readonly all?: { readonly name: string; readonly tests?: string | undefined };
  readonly ci?: { readonly name: string };
}

/**
 * Fills in names, and checks that each is free.
 *
 * @param sets Names of the plugin's sets.
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the key.
 */
export function resolveCommands(
  options: v.InferOutput<typeof commandOptionsSchema>,
  sets: readonly string[],
): ResolvedCommands {
  if (options === false) return { commands: new Map(), docTests: { name: DOC_TESTS, args: [] } };
  const commands = new Map<CargoCommand, CommandSettings>();
  for (const command of CARGO_COMMANDS) {
    const { [command]: given = {} } = options;
    if (given === false) continue;
    const settings: { [Key in keyof CommandSettings]?: CommandSettings[Key] | undefined } = given;
    const { name = command, args = [] } = settings;
    const toolchain = settings.toolchain ?? (command === 'miri' ? MIRI_TOOLCHAIN : undefined);
    commands.set(command, { ...settings, name, args, toolchain });
  }
  const { all = {}, ci = {}, [DOC_TESTS]: docTests = {} } = options;
  if (all !== false && all.tests !== undefined && !sets.includes(all.tests)) {
    throw wrong(
      'all.tests',
      `expected the name of one of the sets (${sets.join(', ') || 'there are none'}), got ${JSON.stringify(all.tests)}${proposeNearest(all.tests, sets)}`,
    );
  }
  const resolved: ResolvedCommands = {
    commands,
    ...(docTests === false
      ? {}
      : { docTests: { name: docTests.name ?? DOC_TESTS, args: docTests.args ?? [] } }),
    ...(all === false ? {} : { all: { ...all, name: all.name ?? 'all' } }),
    ...(ci === false ? {} : { ci: { name: ci.name ?? 'ci' } }),
  };
  assertFree(resolved);
  return resolved;
}

function assertFree({ commands, docTests, all, ci }: ResolvedCommands): void {
  const wanted = [
    ...(docTests === undefined ? [] : [{ key: DOC_TESTS, name: docTests.name }]),
    ...[...commands].map(([key, { name }]) => ({ key, name })),
    ...(all === undefined ? [] : [{ key: 'all', name: all.name }]),
    ...(ci === undefined ? [] : [{ key: 'ci', name: ci.name }]),
  ];
  const benches = commands.get('bench')?.name;
  const taken = new Map<string, string>();
  for (const { key, name } of wanted) {
    const isOwn = key === DOC_TESTS && name === DOC_TESTS;
    if (!isOwn && (name === 'test' || name === 'build-tests' || name.startsWith('test-'))) {
      throw wrong(`${key}.name`, `${name} is a name for targets of tests; take another one`);
    }
    if (name === DOCTOR_TARGET) {
      throw wrong(`${key}.name`, `${name} is the name of a target already; take another one`);
    }
    if (key !== 'bench' && benches !== undefined && name.startsWith(`${benches}-`)) {
      throw wrong(`${key}.name`, `${benches}-… are the names of single benches; take another one`);
    }
    const other = taken.get(name);
    if (other !== undefined) {
      const renamed = key === name ? other : key;
      throw wrong(
        `${renamed}.name`,
        `${name} is the name of the target ${renamed === key ? other : key} already; take another one, or rename that one`,
      );
    }
    taken.set(name, key);
  }
}

/** Key of the target of the doc tests, and its name unless it is renamed. */
const DOC_TESTS = 'test-doc';

function wrong(key: string, problem: string): CargoTestError {
  return new CargoTestError(
    'INVALID_OPTIONS',
    `options of nx-cargo-test in nx.json: targets.${key}: ${problem}`,
  );
}
