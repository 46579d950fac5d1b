import type { ExecutorContext } from '@nx/devkit';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildInputs } from '../build/build-inputs';
import { coveredFiles, type CoversFile } from '../build/fileset';
import { assertInputsCovered, isDerived } from '../build/input-coverage';
import type { CargoConfig } from '../cargo/cargo-config';
import type { BuildScriptRun } from '../cargo/cargo-messages';
import type { CargoWorkspace } from '../cargo/metadata';
import { runProgram } from '../cargo/run-program';
import { cargoHome } from '../cargo/toolchain';

/** What a task read, and what is known of the build that it read it for. */
export interface TaskInputs {
  readonly inputs: BuildInputs;
  readonly cargo: CargoWorkspace;
  readonly config: CargoConfig;
  readonly buildScripts: readonly BuildScriptRun[];
  /** Folder of the compiler and its standard library. */
  readonly sysroot: string;
  /** Folders whose content the build makes, besides those that always are. Default: none. */
  readonly madeFolders?: readonly string[];
  /** Variables that the option `buildEnvironment` declares. */
  readonly declaredVariables: readonly string[];
  /** The environment that cargo was started with. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Checks that all that the context's task read is in the key under which Nx caches it.
 *
 * @returns absolute paths of the sources among it; none of them is made by the build itself.
 * @throws {CargoTestError} `UNCOVERED_INPUT` naming what is not.
 */
export async function assertTargetInputs(
  context: ExecutorContext,
  task: TaskInputs,
): Promise<string[]> {
  const { inputs, cargo, config, buildScripts, environment } = task;
  const home = cargoHome(environment, cargo.folder);
  const derivedFolders = [
    ...buildScripts.map(({ outDir }) => outDir),
    ...(task.madeFolders ?? []),
    join(home, 'registry'),
    join(home, 'git'),
    task.sysroot,
  ];
  await assertInputsCovered({
    inputs,
    // What cargo and rustc name has no symbolic links in it.
    workspaceRoot: realpathSync(context.root),
    ...targetCovers(context),
    // The runtime input of the target prints these, whatever git thinks of them.
    printedFiles: [join(cargo.folder, 'Cargo.lock'), ...config.files],
    derivedFolders,
    targetFolder: cargo.targetFolder,
    declaredVariables: task.declaredVariables,
    setVariables: new Set([
      ...config.environmentNames,
      ...buildScripts.flatMap(({ environmentNames }) => environmentNames),
    ]),
    environment,
    run: runProgram,
  });
  return inputs.files
    .map(({ name }) => name)
    .filter((file) => !isDerived(file, { derivedFolders, targetFolder: cargo.targetFolder }));
}

/** Which files the inputs of the context's own target cover. */
export function targetCovers(context: ExecutorContext): {
  readonly target: string;
  readonly covers: CoversFile;
  readonly isPrinted: (file: string) => boolean;
} {
  const { projectName = '', targetName = '' } = context;
  const project = context.projectGraph.nodes[projectName]?.data;
  const inputs: readonly unknown[] = project?.targets?.[targetName]?.inputs ?? [];
  const commands = inputs.flatMap((input) =>
    typeof input === 'object' && input !== null && 'runtime' in input
      ? [` ${String(input.runtime)} `]
      : [],
  );
  return {
    target: targetName,
    covers: coveredFiles(inputs, project?.root ?? '.', {
      ...context.nxJsonConfiguration?.namedInputs,
      ...project?.namedInputs,
    }),
    isPrinted: (file) => commands.some((command) => namesFile(command, file)),
  };
}

/** Whether a command's text names a file by its path from the Nx workspace root, where it is run. */
function namesFile(command: string, file: string): boolean {
  return command.split(/[\s'"=;|&<>()]+/).some((word) => word.replace(/^\.\//, '') === file);
}
