import type { ExecutorContext } from '@nx/devkit';
import { CargoTestError } from '../../errors';
import { CACHED_COMMANDS, describeTool } from '../../plugin/command-inputs';
import { checkMergedTarget, runningTarget, targetMetadata } from '../../plugin/merged-target';
import { projectFolder } from '../test-module/options';
import type { CargoOptions } from './options';

/**
 * Fails unless what Nx keeps of the command that runs may be taken for a later run: the
 * user's configuration may have replaced the inputs, or made a command cached that
 * leaves something behind. A target that the plugin did not infer is its author's affair.
 *
 * @throws {CargoTestError} `TARGET_DEFAULTS_REPLACED` with what to write, or the failure
 *   that inference met with this package.
 */
export function assertCommandIntact(context: ExecutorContext, options: CargoOptions): void {
  const { projectName, targetName, target } = runningTarget(context);
  const metadata = targetMetadata(target);
  if (metadata?.failure) throw new CargoTestError(metadata.failure.code, metadata.failure.message);
  if (metadata === undefined || target.cache !== true) return;
  const { uncached, requires } = metadata;
  const task = `${projectName}:${targetName}`;
  if (uncached !== undefined && !(uncached.unlessOutputs && (target.outputs ?? []).length > 0)) {
    throw new CargoTestError(
      'TARGET_DEFAULTS_REPLACED',
      `${task}: targetDefaults or a project.json made Nx cache this target, and ${uncached.because} after a cached run.\n` +
        `Keep defaults of other tools' ${targetName} away from it by defaults of its own: "targetDefaults": {"nx-cargo-test:cargo": {"cache": false}}` +
        (uncached.unlessOutputs ? `; or name in its "outputs" what Nx shall restore` : ''),
    );
  }
  const problem = checkMergedTarget(projectName, targetName, target, requires);
  if (problem !== undefined) throw new CargoTestError('TARGET_DEFAULTS_REPLACED', problem);
  assertToolHashed(context, task, options);
}

/** Another toolchain than the inferred one lints and formats in its own way. */
function assertToolHashed(
  context: ExecutorContext,
  task: string,
  { command, cargoWorkspace, toolchain }: CargoOptions,
): void {
  const cached = CACHED_COMMANDS.find((each) => each === command);
  if (cached === undefined) return;
  const { target } = runningTarget(context);
  const packageFolder = projectFolder(context, context.projectName ?? '');
  const expected = describeTool({ command: cached, cargoWorkspace, packageFolder, toolchain });
  const isHashed = (target.inputs ?? []).some(
    (input) => typeof input === 'object' && 'runtime' in input && input.runtime === expected,
  );
  if (isHashed) return;
  throw new CargoTestError(
    'TARGET_DEFAULTS_REPLACED',
    `${task}: its toolchain is another one than the plugin knows, so that Nx would not notice a new version of it; ` +
      `write it into the plugin's options in nx.json: "targets": {"${command}": {"toolchain": ${JSON.stringify(toolchain ?? '…')}}}`,
  );
}
