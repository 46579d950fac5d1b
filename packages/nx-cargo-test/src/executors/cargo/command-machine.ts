import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BuildHost } from '../../build/build-host';
import type { BuildTestsOptions } from '../../build/build-options';
import { findPackage, sourceFolders } from '../../build/build-test-binaries';
import { nativeBuildHost } from '../../build/native-build-host';
import { spawnInGuest } from '../../lima/guest-run-program';
import { limaBuildHost } from '../../lima/lima-build-host';
import type { LimaGuest } from '../../lima/lima-guest';
import { commandEnvironment } from '../../process/command-environment';
import type { SpawnSupervised } from '../../process/supervise-group';

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

/** What runs, and for whom. */
export interface MachineRequest {
  /** Absolute path of the Nx workspace. */
  readonly workspaceRoot: string;
  readonly options: BuildTestsOptions;
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

/**
 * The guest of a Lima instance.
 *
 * @param forwarded Variables that it gets of ours, where they are set, beyond what every build there gets.
 */
export function guestMachine(
  request: MachineRequest,
  guest: LimaGuest,
  forwarded: readonly string[],
): CommandMachine {
  const { options } = request;
  const workspaceRoot = realpathSync(request.workspaceRoot);
  const cargoFolder = resolve(workspaceRoot, options.cargoWorkspace);
  const host = limaBuildHost(guest, {
    sources: options.limaSources ?? 'mount',
    workspaceRoot,
    cargoFolder,
    environment: commandEnvironment(request.environment),
    declaredVariables: [...(options.buildEnvironment ?? []), ...forwarded],
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
