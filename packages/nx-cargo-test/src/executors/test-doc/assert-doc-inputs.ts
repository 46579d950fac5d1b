import type { ExecutorContext } from '@nx/devkit';
import { localFiles } from '../../build/build-files';
import { readBuildInputs, type BuildInputs } from '../../build/build-inputs';
import { readCargoConfig } from '../../cargo/cargo-config';
import { runProgram } from '../../cargo/run-program';
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
  const { cargo, messages, environment } = listed;
  const home = cargoHome(environment, cargo.folder);
  const config = readCargoConfig(cargo.folder, home, environment);
  const { sysroot } = await askToolchain(runProgram, cargo.folder, environment);
  const inputs = joinInputs(
    readBuildInputs(messages, cargo.folder, localFiles),
    await readDocInputs(listed, runProgram),
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
  return [...sources, ...cargo.packages.map(({ manifestFile }) => manifestFile)];
}

function joinInputs(a: BuildInputs, b: BuildInputs): BuildInputs {
  return { files: [...a.files, ...b.files], variables: [...a.variables, ...b.variables] };
}
