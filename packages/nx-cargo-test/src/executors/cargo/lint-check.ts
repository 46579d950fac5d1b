import type { ExecutorContext } from '@nx/devkit';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readBuildInputs, type BuildInputs } from '../../build/build-inputs';
import { selectionArguments } from '../../build/build-options';
import { openBuildRecord } from '../../build/build-record';
import { findPackage, sourceFolders } from '../../build/build-test-binaries';
import { assertSourcesAsHashed, readHashedSources } from '../../build/hashed-sources';
import { assertSameSources } from '../../build/same-sources';
import { takeSnapshot } from '../../build/source-snapshot';
import { watchStaleBuilds } from '../../build/stale-builds';
import { openTouchedSources } from '../../build/touched-sources';
import { cargoConfigFiles, readCargoConfig } from '../../cargo/cargo-config';
import { parseCargoMessages, type CargoMessages } from '../../cargo/cargo-messages';
import { runProgram } from '../../cargo/run-program';
import { askToolchain, cargoHome } from '../../cargo/toolchain';
import { CLIPPY_FILES, clippyFiles } from '../../command/clippy-configuration';
import { commandEnvironment } from '../../process/command-environment';
import { commandStart } from '../../process/command-start';
import { assertTargetInputs } from '../assert-target-inputs';
import type { CommandMachine } from './command-machine';
import type { CargoOptions } from './options';
import type { SuccessCheck } from './success-check';

/**
 * Opens the check of `lint`. clippy works on what a build reads, and what it said of sources that
 * cargo takes for unchanged is shown again by cargo: so what goes wrong with builds goes wrong here.
 *
 * @param machine Where clippy runs; sources have been provided.
 */
export async function openLintCheck(
  context: ExecutorContext,
  options: CargoOptions,
  { host, ...machine }: CommandMachine,
): Promise<SuccessCheck> {
  const workspaceRoot = realpathSync(context.root);
  const environment = await machine.environment();
  const own = commandEnvironment(process.env);
  const cargo = await host.readMetadata(join(workspaceRoot, options.cargoWorkspace, 'Cargo.toml'));
  const linted = findPackage(cargo, options.package);
  const buildFolder = await host.recordsFolder(cargo);
  const folders = sourceFolders(cargo, linted);
  const sources = takeSnapshot(folders);
  const touchedSources = openTouchedSources(buildFolder);
  const hashed = readHashedSources(sources.keys(), commandStart(), touchedSources.changedAt);
  const { toolchain = '' } = options;
  const staleBuilds = watchStaleBuilds({
    cargo,
    sources,
    hashed,
    workspace: { workspaceRoot, environment: own, run: runProgram },
    recordFile: openBuildRecord(buildFolder, [
      ...[...host.kind, 'lint', toolchain, linted.manifestFile, ...selectionArguments(options)],
      ...options.args,
      ...options.given,
    ]),
    touchedSources,
    touch: host.touch?.bind(host),
  });
  const isSeen = (file: string): boolean =>
    host.kind.length === 0 || file.startsWith(`${workspaceRoot}/`);
  const configuration = clippyFiles(dirname(linted.manifestFile), environment).filter(
    (file) => isSeen(file) && existsSync(file),
  );

  const assertKeepable = async (inputs: BuildInputs, messages: CargoMessages): Promise<void> => {
    const home = cargoHome(environment, cargo.folder);
    const texts = await host.readTexts(cargoConfigFiles(cargo.folder, home));
    const chosen = toolchain === '' ? environment : { ...environment, RUSTUP_TOOLCHAIN: toolchain };
    const read = await assertTargetInputs(context, {
      inputs,
      cargo,
      config: readCargoConfig(cargo.folder, home, environment, (file) => texts.get(file)),
      buildScripts: messages.buildScripts,
      sysroot: (await askToolchain(host.run, cargo.folder, chosen)).sysroot,
      declaredVariables: options.buildEnvironment ?? [],
      environment,
    });
    const manifests = cargo.packages.map(({ manifestFile }) => manifestFile);
    await assertSameSources([...read, ...configuration], {
      ...{ host, cargo, sourceFolders: [workspaceRoot, cargo.folder, ...folders] },
    });
    assertSourcesAsHashed([...new Set([...read, ...manifests])], hashed);
  };

  return {
    arguments: { forCargo: ['--message-format', 'json-render-diagnostics'], forTool: [] },
    // What clippy finds is written to standard error.
    shown: () => '',
    mustRunAgain: async (stdout, started) => {
      const messages = parseCargoMessages(stdout);
      const left = await host.look(messages);
      if (await staleBuilds.mustRunAgain(messages, started, left)) return true;
      const { files, variables } = readBuildInputs(messages, cargo.folder, left);
      // The target's runtime input prints clippy's configuration, wherever it lies on this machine.
      const others = files.filter(
        ({ name }) => !CLIPPY_FILES.includes(basename(name)) || !isSeen(name),
      );
      await assertKeepable({ files: others, variables }, messages);
      await staleBuilds.keep();
      return false;
    },
  };
}
