import type { ExecutorContext } from '@nx/devkit';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { fingerprintFile, resultFile } from '../../build/paths';
import { CargoTestError } from '../../errors';
import { assertTargetIntact } from '../../plugin/merged-target';
import { describeFailure } from '../../report/describe-failure';
import { isDependency } from '../task-dependencies';
import { parseTestModuleOptions, withoutOwnOptions } from '../test-module/options';
import { checkLeaves, type GroupLeaf } from './check-leaves';

/** Options of the executor `group`: nothing but what Nx adds from the command line. */
export interface GroupOptions {
  readonly __unparsed__?: readonly string[];
}

/** Stands for several leaves: succeeds only if each has a successful result in this run. */
export default async function groupExecutor(
  options: GroupOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  try {
    assertTargetIntact(context);
    const { projectName = '', targetName = '' } = context;
    const leaves = await Promise.all(
      leafTargets(context).map((target) => readLeaf(context, projectName, target)),
    );
    const { success, report } = checkLeaves(
      targetName,
      leaves,
      withoutOwnOptions(options.__unparsed__ ?? []),
    );
    process.stdout.write(report);
    return { success };
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return { success: false };
  }
}

const metadataSchema = v.looseObject({
  nxCargoTest: v.looseObject({ leaves: v.pipe(v.array(v.string()), v.minLength(1)) }),
});

/** The targets that the group stands for, which stand in its metadata, as those are not hashed. */
function leafTargets(context: ExecutorContext): readonly string[] {
  const { projectName = '', targetName = '' } = context;
  const metadata = context.projectGraph.nodes[projectName]?.data.targets?.[targetName]?.metadata;
  const result = v.safeParse(metadataSchema, metadata);
  if (!result.success) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `the target ${projectName}:${targetName} does not say which test modules it stands for (metadata.nxCargoTest.leaves)`,
    );
  }
  return result.output.nxCargoTest.leaves;
}

async function readLeaf(
  context: ExecutorContext,
  projectName: string,
  target: string,
): Promise<GroupLeaf> {
  const configuration = context.projectGraph.nodes[projectName]?.data.targets?.[target];
  if (configuration === undefined) {
    throw new CargoTestError('GRAPH_OUT_OF_DATE', `there is no target ${projectName}:${target}`);
  }
  const {
    cargoWorkspace,
    package: name,
    leaf,
    leafId,
  } = parseTestModuleOptions(configuration.options);
  const resultsPath = resultFile(cargoWorkspace, name, leaf);
  return {
    target,
    leafId,
    inTaskGraph: isDependency(context, projectName, target),
    fingerprints: await readIfThere(
      resolve(context.root, fingerprintFile(cargoWorkspace, name, leaf)),
    ),
    results: await readIfThere(resolve(context.root, resultsPath)),
    resultsPath,
  };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
