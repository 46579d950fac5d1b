import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { join } from 'node:path';
import { buildTestBinaries } from '../../build/build-test-binaries';
import type { CompiledTests } from '../../build/compile-tests';
import { coveredFiles } from '../../build/fileset';
import { assertSourcesAsHashed, type HashedSources } from '../../build/hashed-sources';
import { assertInputsCovered } from '../../build/input-coverage';
import { clearOutputs, writeFingerprints } from '../../build/write-fingerprints';
import type { CargoWorkspace } from '../../cargo/metadata';
import { runProgram } from '../../cargo/run-program';
import { cargoHome } from '../../cargo/toolchain';
import { CargoTestError } from '../../errors';
import { parseLeafId, type Leaf } from '../../module/test-module';
import { assertTargetIntact } from '../../plugin/merged-target';
import { outerEnvironment } from '../../process/outer-environment';
import { describeFailure } from '../../report/describe-failure';
import { assertHostRunsTests } from '../../run/host';
import { parseBuildTestsOptions } from './options';
import { describeBuild } from './describe-build';

/** Compiles the test binaries of a package and writes one fingerprint file per leaf. */
export default async function buildTestsExecutor(
  rawOptions: unknown,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  try {
    assertTargetIntact(context);
    assertHostRunsTests();
    const options = parseBuildTestsOptions(rawOptions);
    const place = {
      workspaceRoot: context.root,
      cargoWorkspace: options.cargoWorkspace,
      packageName: options.package,
    };
    await clearOutputs(place);
    const built = await buildTestBinaries({
      workspaceRoot: context.root,
      options,
      leaves: (libraryName) => leavesOf(context, libraryName),
      check: (compiled, cargo, hashed) =>
        assertCovered(context, options.buildEnvironment ?? [], compiled, cargo, hashed),
    });
    await writeFingerprints(built, place);
    process.stdout.write(`${describeBuild(built)}\n`);
    return { success: true };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  }
}

/** The leaves that the project's targets stand for. */
function leavesOf(context: ExecutorContext, libraryName: string): Leaf[] {
  return Object.entries(projectTargets(context))
    .filter(([, { executor }]) => executor?.endsWith(':test-module') === true)
    .map(([target, { options }]) => {
      const { leaf: id } = (options ?? {}) as { readonly leaf?: unknown };
      const leaf = typeof id === 'string' ? parseLeafId(id, libraryName) : undefined;
      if (leaf !== undefined) return leaf;
      throw new CargoTestError(
        'INVALID_OPTIONS',
        `${context.projectName}:${target}: leaf: expected a test module such as lib::task or test:name, got ${JSON.stringify(id)}`,
      );
    });
}

async function assertCovered(
  context: ExecutorContext,
  declaredVariables: readonly string[],
  { inputs, messages, config, toolchain }: CompiledTests,
  cargo: CargoWorkspace,
  hashed: HashedSources,
): Promise<void> {
  const project = context.projectGraph.nodes[context.projectName ?? '']?.data;
  const target = projectTargets(context)[context.targetName ?? ''];
  const environment = outerEnvironment(process.env);
  const home = cargoHome(environment, cargo.folder);
  const derivedFolders = [
    cargo.targetFolder,
    ...messages.buildScripts.map(({ outDir }) => outDir),
    join(home, 'registry'),
    join(home, 'git'),
    toolchain.sysroot,
  ];
  const sources = inputs.files
    .map(({ name }) => name)
    .filter((file) => !derivedFolders.some((folder) => file.startsWith(`${folder}/`)));
  const manifests = cargo.packages.map(({ manifestFile }) => manifestFile);
  assertSourcesAsHashed([...new Set([...sources, ...manifests])], hashed);
  await assertInputsCovered({
    inputs,
    workspaceRoot: context.root,
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
}

function projectTargets(context: ExecutorContext): Record<string, TargetConfiguration> {
  return context.projectGraph.nodes[context.projectName ?? '']?.data.targets ?? {};
}
