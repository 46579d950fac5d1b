import { basename, isAbsolute, join, resolve } from 'node:path';
import { cargoConfigFiles, readCargoConfig, type CargoConfig } from '../cargo/cargo-config';
import type { CargoPackage, CargoWorkspace } from '../cargo/metadata';
import { mayUseNativeCpu } from '../cargo/native-cpu';
import { askToolchain, cargoHome, type Toolchain } from '../cargo/toolchain';
import { CargoTestError } from '../errors';
import type { BuildCapture, BuildHost } from './build-host';
import type { BuildTestsOptions } from './build-options';
import type { StaleBuilds } from './stale-builds';

/** What to compile, and the world to do it in. */
export interface CompileRequest {
  readonly options: BuildTestsOptions;
  readonly cargo: CargoWorkspace;
  readonly package: CargoPackage;
  /** Watches over this build that it's not older than the sources. */
  readonly staleBuilds: StaleBuilds;
  /** The environment to start cargo with. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it is compiled. */
  readonly host: BuildHost;
  /** Folders of all sources. */
  readonly sourceFolders: readonly string[];
  /** Whether fingerprints of the binary with this SHA-256 are stored, so that no link need be seen. */
  isKnown(sha256: string): Promise<boolean>;
}

/** One compilation, from what is known before cargo runs to its last run. */
export interface CompileSession {
  readonly request: CompileRequest;
  readonly toolchain: Toolchain;
  readonly config: CargoConfig;
  /** The configured target runner and its arguments. */
  readonly runner: readonly string[];
  readonly capture: BuildCapture;
  /** Target that is compiled for: a triple, or the name of a target file. */
  readonly triple: string;
  /** Whether rustc may have been told to use all that the machine's processor can do. */
  readonly nativeCpu: boolean;
  /** Time that cargo took so far, in milliseconds. */
  cargoMilliseconds: number;
  /** When cargo was started the last time, in milliseconds since the epoch by the clock of its machine. */
  cargoStarted: number;
}

/**
 * Finds out what a compilation is done with, and prepares for recording it.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` if cargo is configured for several targets;
 *   `INVALID_FILE` for a configuration that cannot be read; `CARGO_NOT_FOUND`.
 */
export async function openCompileSession(request: CompileRequest): Promise<CompileSession> {
  const { cargo, environment, host } = request;
  const home = cargoHome(environment, cargo.folder);
  const manifests = [join(cargo.folder, 'Cargo.toml'), request.package.manifestFile];
  const texts = await host.readTexts([...cargoConfigFiles(cargo.folder, home), ...manifests]);
  const config = readCargoConfig(cargo.folder, home, environment, (file) => texts.get(file));
  if (config.targets.length > 1) {
    throw new CargoTestError(
      'INVALID_OPTIONS',
      `build.target names ${config.targets.join(', ')}, and tests can run for one of them only; ` +
        'set CARGO_BUILD_TARGET to one',
    );
  }
  const [target] = config.targets;
  const toolchain = await askToolchain(host.run, cargo.folder, environment, target);
  const textsOf = (files: readonly string[]): string[] =>
    files.flatMap((file) => texts.get(file) ?? []);
  // A target may be a file; cargo calls it by the file's name.
  const triple = target === undefined ? toolchain.triple : basename(target, '.json');
  const linker = config.linker(triple, toolchain.cfg);
  const capture = await host.openCapture({
    cargo,
    linkers: linker === undefined ? ['cc'] : ['cc', linker],
    searchPath: environment['PATH'] ?? '',
  });
  return {
    request,
    toolchain,
    config,
    runner: config.runner(triple, toolchain.cfg),
    capture,
    triple,
    nativeCpu: mayUseNativeCpu(environment, textsOf(config.files), textsOf(manifests)),
    cargoMilliseconds: 0,
    cargoStarted: 0,
  };
}

/**
 * SHA-256 of the runner if it is a file of the user's, and of files of the package
 * among its arguments, such as a script for a shell; see `CompiledTests`.
 *
 * @param folder Where cargo starts it.
 */
export async function digestOfRunner(
  [program = '', ...args]: readonly string[],
  folder: string,
  host: Pick<BuildHost, 'digests'>,
): Promise<string | undefined> {
  const files = [
    ...(isAbsolute(program) ? [program] : []),
    ...args.map((argument) => resolve(folder, argument)),
  ];
  const digests = await Promise.all(
    files.map((file) =>
      host.digests([file]).then(
        ([digest]) => digest ?? '',
        // Missing: running it will tell.
        () => '',
      ),
    ),
  );
  return digests.join('') || undefined;
}
