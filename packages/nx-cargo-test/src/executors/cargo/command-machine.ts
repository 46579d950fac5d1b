import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BuildHost } from '../../build/build-host';
import { findPackage, sourceFolders } from '../../build/build-test-binaries';
import { nativeBuildHost } from '../../build/native-build-host';
import { COMMANDS, type CargoCommand } from '../../command/cargo-command';
import { CargoTestError } from '../../errors';
import { spawnInGuest } from '../../lima/guest-run-program';
import { limaBuildHost } from '../../lima/lima-build-host';
import type { LimaGuest } from '../../lima/lima-guest';
import { commandEnvironment } from '../../process/command-environment';
import type { SpawnSupervised } from '../../process/supervise-group';
import type { CargoOptions } from './options';

/** A machine that commands of cargo run on. */
export interface CommandMachine {
  readonly host: BuildHost;
  /** Starts programs there whose output is handed on as it comes. */
  readonly spawn: SpawnSupervised;
  /** Absolute path of the Nx workspace, as that machine has it. */
  readonly workspaceRoot: string;
  /** For messages about what it lacks; absent for this machine. */
  readonly instance?: string;
  /** The environment to start cargo with. */
  environment(): Promise<Readonly<Record<string, string>>>;
  /**
   * Makes sure that the sources are seen there as they are here.
   *
   * @throws {CargoTestError} as {@link BuildHost.provideSources} and {@link BuildHost.readMetadata} do.
   */
  provideSources(): Promise<void>;
}

/** A command, and whose it is. */
interface MachineRequest {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  readonly options: CargoOptions;
  /** Environment of our own process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** This machine. */
export function nativeMachine(
  { workspaceRoot, environment }: MachineRequest,
  spawn: SpawnSupervised,
): CommandMachine {
  const own = commandEnvironment(environment);
  return {
    host: nativeBuildHost(),
    spawn,
    workspaceRoot,
    environment: () => Promise.resolve(own),
    provideSources: () => Promise.resolve(),
  };
}

/** What cargo in a guest gets of ours beyond what every build there gets: how output looks. */
const APPEARANCE = ['CARGO_TERM_COLOR', 'CARGO_TERM_QUIET', 'CARGO_TERM_VERBOSE', 'NO_COLOR'];

/** The same for one command: what its tool reads. */
const OF_TOOLS: Readonly<Partial<Record<CargoCommand, readonly string[]>>> = {
  lint: ['CLIPPY_CONF_DIR'],
  miri: ['MIRIFLAGS'],
  coverage: ['LLVM_COV_FLAGS', 'LLVM_PROFDATA_FLAGS'],
};

/**
 * The guest of a Lima instance.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` for a configuration of clippy that the guest cannot see.
 */
export function guestMachine(request: MachineRequest, guest: LimaGuest): CommandMachine {
  const { options } = request;
  const workspaceRoot = realpathSync(request.workspaceRoot);
  const environment = commandEnvironment(request.environment);
  assertConfigurationSeen(options.command, workspaceRoot, environment);
  const cargoFolder = resolve(workspaceRoot, options.cargoWorkspace);
  const host = limaBuildHost(guest, {
    sources: options.limaSources ?? 'mount',
    workspaceRoot,
    cargoFolder,
    environment,
    declaredVariables: [
      ...APPEARANCE,
      ...(OF_TOOLS[options.command] ?? []),
      ...(options.buildEnvironment ?? []),
      ...(COMMANDS[options.command].runsCode === true ? options.limaEnvironment : []),
    ],
  });
  return {
    host,
    spawn: spawnInGuest(guest.session),
    workspaceRoot,
    instance: guest.sync.instance,
    environment: () => host.environment(),
    async provideSources() {
      await host.provideSources([cargoFolder]);
      const cargo = await host.readMetadata(join(cargoFolder, 'Cargo.toml'));
      const folders = sourceFolders(cargo, findPackage(cargo, options.package));
      await host.provideSources([...new Set([cargo.folder, ...folders])]);
    },
  };
}

function assertConfigurationSeen(
  command: CargoCommand,
  workspaceRoot: string,
  { CLIPPY_CONF_DIR: folder = '' }: Readonly<Record<string, string>>,
): void {
  if (command !== 'lint' || folder === '' || `${folder}/`.startsWith(`${workspaceRoot}/`)) return;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `CLIPPY_CONF_DIR is ${folder}, which lies outside of the Nx workspace, so the guest does not see it; put clippy.toml into the workspace, or unset the variable`,
  );
}
