import type { ExecutorContext } from '@nx/devkit';
import { readBuildInputs, type BuildInputs } from '../../build/build-inputs';
import { sourceFolders } from '../../build/build-test-binaries';
import { assertSameSources } from '../../build/same-sources';
import { cargoConfigFiles, readCargoConfig } from '../../cargo/cargo-config';
import { askToolchain, cargoHome } from '../../cargo/toolchain';
import { assertTargetInputs } from '../assert-target-inputs';
import { readDocInputs } from './doc-inputs';
import type { ListedDocTests } from './list-doc-tests';

/**
 * Checks that all that the build of a library and its documentation read is in
 * the key under which Nx caches the doc tests.
 *
 * @returns the sources among it, as absolute paths; none of them is made by the build itself.
 * @throws {CargoTestError} `UNCOVERED_INPUT` naming what is not.
 */
export async function assertDocInputsCovered(
  context: ExecutorContext,
  declaredVariables: readonly string[],
  listed: ListedDocTests,
): Promise<readonly string[]> {
  const { cargo, messages, environment, machine } = listed;
  const { host } = machine;
  const home = cargoHome(environment, cargo.folder);
  const texts = await host.readTexts(cargoConfigFiles(cargo.folder, home));
  const config = readCargoConfig(cargo.folder, home, environment, (file) => texts.get(file));
  const { sysroot } = await askToolchain(host.run, cargo.folder, environment);
  const inputs = joinInputs(
    readBuildInputs(messages, cargo.folder, await host.look(messages)),
    await readDocInputs(listed),
  );
  const { OUT_DIR: outDir } = listed.command.environment;
  const sources = await assertTargetInputs(context, {
    inputs,
    cargo,
    config,
    buildScripts: messages.buildScripts,
    sysroot,
    madeFolders: outDir === undefined ? [] : [outDir],
    declaredVariables,
    environment,
  });
  const folders = sourceFolders(cargo, listed.package);
  const seen = [machine.workspaceRoot, cargo.folder, ...folders];
  await assertSameSources(sources, { host, cargo, sourceFolders: seen });
  return [...sources, ...cargo.packages.map(({ manifestFile }) => manifestFile)];
}

function joinInputs(a: BuildInputs, b: BuildInputs): BuildInputs {
  return { files: [...a.files, ...b.files], variables: [...a.variables, ...b.variables] };
}
