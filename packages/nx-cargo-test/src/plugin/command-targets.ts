import type { TargetConfiguration } from '@nx/devkit';
import { COMMANDS, type CargoCommand } from '../command/cargo-command';
import { TARGET_PREFIX } from '../module/name-targets';
import { buildInputs, type Input } from './build-inputs';
import { BUILD_INPUT, CACHED_COMMANDS, commandInputs } from './command-inputs';
import type { CommandSettings } from './command-options';
import { guestOf, placeOptions } from './guest-options';
import type { CargoTestMetadata } from './merged-target';
import { whyNotCached, type PackageTargetsRequest } from './package-request';
import type { ResolvedOptions } from './plugin-options';

/** All that the targets of commands follow from. Folders are relative to the Nx workspace root. */
export type CommandTargetsRequest = Omit<
  PackageTargetsRequest,
  'binaries' | 'docTests' | 'withoutCargo'
> & {
  /** Names of the package's benches. */
  readonly benches: readonly string[];
  /** Targets of the package's tests. */
  readonly testTargets: ReadonlySet<string>;
};

/** Targets of one package besides those of its tests, and what they share. */
export interface CommandTargets {
  readonly targets: Record<string, TargetConfiguration>;
  /** `namedInputs` of the project. */
  readonly namedInputs: Record<string, Input[]>;
}

/** Set that stands for the core tests unless the option says another. */
const CORE_TESTS = 'lima-safe';

/** Makes the targets that build, lint, format, measure and document a package, and those that stand for several. */
export function commandTargets(request: CommandTargetsRequest): CommandTargets {
  const { options, benches } = request;
  const targets: Record<string, TargetConfiguration> = {};
  for (const [command, settings] of options.targets.commands) {
    if (command === 'bench') {
      if (benches.length === 0) continue;
      for (const bench of [...benches].sort()) {
        targets[`${settings.name}-${bench}`] = commandTarget(request, command, settings, bench);
      }
    }
    if (runsTests(command) && !request.testTargets.has('test')) continue;
    targets[settings.name] = commandTarget(request, command, settings);
  }
  Object.assign(targets, umbrellaTargets(request, Object.keys(targets)));
  const { buildEnvironment } = options;
  const inputs = buildInputs({ ...request, buildEnvironment, ...guestOf(request) });
  return {
    targets,
    namedInputs: Object.keys(targets).length === 0 ? {} : { [BUILD_INPUT]: [...inputs] },
  };
}

/** Names of the targets that every package has, for those that cannot be read. */
export function commandTargetNames({ targets }: ResolvedOptions): string[] {
  const { commands, docTests, all, ci } = targets;
  return [
    ...(docTests === undefined ? [] : [docTests.name]),
    ...[...commands].filter(([command]) => command !== 'bench').map(([, { name }]) => name),
    ...(all === undefined ? [] : [all.name]),
    ...(ci === undefined ? [] : [ci.name]),
  ];
}

function runsTests(command: CargoCommand): boolean {
  return command === 'miri' || command === 'coverage';
}

function commandTarget(
  request: CommandTargetsRequest,
  command: CargoCommand,
  settings: CommandSettings,
  bench?: string,
): TargetConfiguration {
  const { packageName, cargoWorkspace, packageFolder } = request;
  const { buildEnvironment } = request.options;
  const { compiles } = COMMANDS[command];
  const cached = CACHED_COMMANDS.find((each) => each === command);
  const why = cached === undefined ? undefined : whyNotCached(request);
  const inputs: readonly Input[] =
    cached === undefined
      ? [BUILD_INPUT]
      : commandInputs({
          ...{ command: cached, cargoWorkspace, packageFolder, buildEnvironment },
          toolchain: settings.toolchain,
          ...(compiles ? guestOf(request) : {}),
          // Its verdict does not depend on the guest, so neither does what is kept of it.
          ...(compiles ? {} : { build: ownBuildInputs(request) }),
        });
  const uncached = UNCACHED[command];
  return {
    executor: 'nx-cargo-test:cargo',
    cache: cached !== undefined && why === undefined,
    // fmt writes what others read, and a bench measures while nothing else runs.
    ...(command === 'fmt' || command === 'bench' ? { parallelism: false } : {}),
    inputs: [...inputs],
    options: {
      command,
      package: packageName,
      cargoWorkspace,
      ...(bench === undefined ? {} : { bench }),
      ...commandOptions(settings, compiles ? request.options : undefined),
      ...(compiles ? compilerOptions(request, command) : {}),
    },
    metadata: metadata(
      `${describe(command, packageName, bench)}${why === undefined ? '' : `; not cached: ${why}`}`,
      {
        requires: { dependsOn: [], inputs, outputs: [] },
        ...(uncached === undefined ? {} : { uncached }),
      },
    ),
  };
}

/** Options of a command that compiles the crate: where it runs, and what it gets there. */
function compilerOptions(
  request: CommandTargetsRequest,
  command: CargoCommand,
): Record<string, unknown> {
  const { buildEnvironment } = request.options;
  const isInGuest = guestOf(request).guest !== undefined;
  const declares = buildEnvironment.length > 0 && (command === 'lint' || isInGuest);
  return {
    ...(declares ? { buildEnvironment: [...buildEnvironment].sort() } : {}),
    ...placeOptions(request, COMMANDS[command].runsCode === true),
  };
}

/** Inputs of the build as far as this machine knows them; those of a guest are the same without one. */
function ownBuildInputs(request: CommandTargetsRequest): readonly Input[] {
  if (guestOf(request).guest === undefined) return [BUILD_INPUT];
  return buildInputs({ ...request, buildEnvironment: request.options.buildEnvironment });
}

/** Commands whose result Nx must not keep, or only with what they leave behind. */
const UNCACHED: Readonly<
  Partial<Record<CargoCommand, NonNullable<CargoTestMetadata['uncached']>>>
> = {
  build: { because: 'nothing that it builds would be there again', unlessOutputs: true },
  doc: { because: 'no page that it writes would be there again', unlessOutputs: true },
  fmt: { because: 'sources that it would have formatted stay as they are', unlessOutputs: false },
};

/** Features are those of the tests, unless the target says something about features itself. */
function commandOptions(
  { args, toolchain, profile, ...own }: CommandSettings,
  plugin: ResolvedOptions | undefined,
): Record<string, unknown> {
  const saysFeatures = [own.features, own.allFeatures, own.noDefaultFeatures].some(
    (value) => value !== undefined,
  );
  const { features, allFeatures, noDefaultFeatures } = saysFeatures ? own : (plugin ?? own);
  return {
    ...(toolchain === undefined ? {} : { toolchain }),
    ...(features === undefined ? {} : { features: [...features].sort() }),
    ...(allFeatures === undefined ? {} : { allFeatures }),
    ...(noDefaultFeatures === undefined ? {} : { noDefaultFeatures }),
    ...(profile === undefined ? {} : { profile }),
    ...(args.length === 0 ? {} : { args: [...args] }),
  };
}

function umbrellaTargets(
  { packageName, cargoWorkspace, options, testTargets }: CommandTargetsRequest,
  present: readonly string[],
): Record<string, TargetConfiguration> {
  const { commands, docTests, all, ci } = options.targets;
  const named = (...wanted: readonly CargoCommand[]): string[] =>
    wanted
      .flatMap((command) => commands.get(command)?.name ?? [])
      .filter((name) => present.includes(name));
  const tests = (...wanted: readonly string[]): string[] =>
    wanted.filter((name) => testTargets.has(name));
  const core = TARGET_PREFIX + (all?.tests ?? CORE_TESTS);
  const umbrella = (members: readonly string[]): TargetConfiguration => ({
    executor: 'nx-cargo-test:umbrella',
    cache: false,
    dependsOn: [...members],
    inputs: [BUILD_INPUT],
    options: { package: packageName, cargoWorkspace },
    metadata: metadata(members.join(', '), {
      requires: { dependsOn: [...members], inputs: [], outputs: [] },
    }),
  });
  return {
    ...(all === undefined
      ? {}
      : {
          [all.name]: umbrella([
            ...named('fmt-check', 'lint'),
            ...(testTargets.has(core) ? [core] : tests('test')),
          ]),
        }),
    ...(ci === undefined
      ? {}
      : {
          [ci.name]: umbrella([
            ...named('fmt-check', 'lint', 'build'),
            ...tests('test', ...(docTests === undefined ? [] : [docTests.name])),
            ...named('doc'),
          ]),
        }),
  };
}

function describe(command: CargoCommand, name: string, bench: string | undefined): string {
  switch (command) {
    case 'build':
      return `Builds ${name}: cargo build`;
    case 'lint':
      return `Lints all of ${name}: cargo clippy`;
    case 'fmt':
      return `Formats the sources of ${name}: cargo fmt`;
    case 'fmt-check':
      return `Fails if a source of ${name} is not formatted: cargo fmt --check`;
    case 'bench':
      return bench === undefined
        ? `Runs all benches of ${name}: cargo bench`
        : `Runs the bench ${bench} of ${name}: cargo bench`;
    case 'doc':
      return `Documentation of ${name}: cargo doc`;
    case 'miri':
      return `Tests of ${name} in the interpreter Miri: cargo miri test`;
    case 'coverage':
      return `Which lines the tests of ${name} reach: cargo llvm-cov`;
  }
}

function metadata(
  description: string,
  nxCargoTest: CargoTestMetadata,
): NonNullable<TargetConfiguration['metadata']> {
  return { description, technologies: ['rust'], nxCargoTest };
}
