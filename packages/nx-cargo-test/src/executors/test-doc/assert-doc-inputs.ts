import type { ExecutorContext } from '@nx/devkit';
import { join } from 'node:path';
import { readBuildInputs, type BuildInputs } from '../../build/build-inputs';
import { coveredFiles } from '../../build/fileset';
import { assertInputsCovered } from '../../build/input-coverage';
import { readCargoConfig } from '../../cargo/cargo-config';
import { runProgram } from '../../cargo/run-program';
import { askToolchain, cargoHome } from '../../cargo/toolchain';
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
    readBuildInputs(messages, cargo.folder),
    await readDocInputs(listed, runProgram),
  );
  const derivedFolders = [
    cargo.targetFolder,
    ...messages.buildScripts.map(({ outDir }) => outDir),
    ...(listed.command.environment['OUT_DIR'] === undefined
      ? []
      : [listed.command.environment['OUT_DIR']]),
    join(home, 'registry'),
    join(home, 'git'),
    sysroot,
  ];
  const project = context.projectGraph.nodes[context.projectName ?? '']?.data;
  const target = project?.targets?.[context.targetName ?? ''];
  await assertInputsCovered({
    inputs,
    workspaceRoot: listed.workspaceRoot,
    target: 'test-doc',
    covers: coveredFiles(target?.inputs ?? [], project?.root ?? '.', {
      ...context.nxJsonConfiguration?.namedInputs,
      ...project?.namedInputs,
    }),
    // The runtime input of the target prints these, whatever git thinks of them.
    printedFiles: [join(cargo.folder, 'Cargo.lock'), ...config.files],
    derivedFolders,
    declaredVariables,
    setVariables: new Set([
      ...config.environmentNames,
      ...messages.buildScripts.flatMap(({ environmentNames }) => environmentNames),
    ]),
    environment,
    run: runProgram,
  });
  return [
    ...inputs.files.map(({ name }) => name),
    ...cargo.packages.map(({ manifestFile }) => manifestFile),
  ].filter((file) => !derivedFolders.some((folder) => file.startsWith(`${folder}/`)));
}

function joinInputs(a: BuildInputs, b: BuildInputs): BuildInputs {
  return { files: [...a.files, ...b.files], variables: [...a.variables, ...b.variables] };
}
