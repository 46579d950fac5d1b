import type { ExecutorContext } from '@nx/devkit';
import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { localFiles } from '../../build/build-files';
import { createBuildFolder } from '../../build/build-folder';
import { readBuildInputs, type BuildInputs } from '../../build/build-inputs';
import { selectionArguments } from '../../build/build-options';
import { openBuildRecord } from '../../build/build-record';
import { findPackage, sourceFolders } from '../../build/build-test-binaries';
import { assertSourcesAsHashed, readHashedSources } from '../../build/hashed-sources';
import { takeSnapshot } from '../../build/source-snapshot';
import { watchStaleBuilds } from '../../build/stale-builds';
import { openTouchedSources } from '../../build/touched-sources';
import { readCargoConfig } from '../../cargo/cargo-config';
import { parseCargoMessages } from '../../cargo/cargo-messages';
import { readCargoMetadata } from '../../cargo/metadata';
import { runProgram } from '../../cargo/run-program';
import { askToolchain, cargoHome } from '../../cargo/toolchain';
import { CLIPPY_FILES } from '../../command/clippy-configuration';
import { commandStart } from '../../process/command-start';
import { assertTargetInputs } from '../assert-target-inputs';
import type { CargoOptions } from './options';
import type { SuccessCheck } from './success-check';

/**
 * Opens the check of `lint`. clippy works on what a build reads, and what it said of sources that
 * cargo takes for unchanged is shown again by cargo: so what goes wrong with builds goes wrong here.
 *
 * @param environment That cargo is started with.
 */
export async function openLintCheck(
  context: ExecutorContext,
  options: CargoOptions,
  environment: Readonly<Record<string, string>>,
): Promise<SuccessCheck> {
  const workspaceRoot = realpathSync(context.root);
  const cargo = await readCargoMetadata(join(workspaceRoot, options.cargoWorkspace, 'Cargo.toml'));
  const linted = findPackage(cargo, options.package);
  const buildFolder = await createBuildFolder(cargo.targetFolder);
  const sources = takeSnapshot(sourceFolders(cargo, linted));
  const touchedSources = openTouchedSources(buildFolder);
  const hashed = readHashedSources(sources.keys(), commandStart(), touchedSources.changedAt);
  const { toolchain = '' } = options;
  const staleBuilds = watchStaleBuilds({
    cargo,
    sources,
    hashed,
    workspace: { workspaceRoot, environment, run: runProgram },
    recordFile: openBuildRecord(buildFolder, [
      ...['lint', toolchain, linted.manifestFile, ...selectionArguments(options)],
      ...options.args,
      ...options.given,
    ]),
    touchedSources,
  });

  const assertKeepable = async (inputs: BuildInputs, stdout: string): Promise<void> => {
    const { buildScripts } = parseCargoMessages(stdout);
    const chosen = toolchain === '' ? environment : { ...environment, RUSTUP_TOOLCHAIN: toolchain };
    const read = await assertTargetInputs(context, {
      inputs,
      cargo,
      config: readCargoConfig(cargo.folder, cargoHome(environment, cargo.folder), environment),
      buildScripts,
      sysroot: (await askToolchain(runProgram, cargo.folder, chosen)).sysroot,
      declaredVariables: options.buildEnvironment ?? [],
      environment,
    });
    const manifests = cargo.packages.map(({ manifestFile }) => manifestFile);
    assertSourcesAsHashed([...new Set([...read, ...manifests])], hashed);
  };

  return {
    arguments: { forCargo: ['--message-format', 'json-render-diagnostics'], forTool: [] },
    // What clippy finds is written to standard error.
    shown: () => '',
    mustRunAgain: async (stdout, started) => {
      const messages = parseCargoMessages(stdout);
      if (await staleBuilds.mustRunAgain(messages, started)) return true;
      const { files, variables } = readBuildInputs(messages, cargo.folder, localFiles);
      // The target's runtime input prints clippy's configuration, wherever it lies.
      const others = files.filter(({ name }) => !CLIPPY_FILES.includes(basename(name)));
      await assertKeepable({ files: others, variables }, stdout);
      await staleBuilds.keep();
      return false;
    },
  };
}
