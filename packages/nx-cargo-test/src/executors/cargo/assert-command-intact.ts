import type { ExecutorContext } from '@nx/devkit';
import { CargoTestError } from '../../errors';
import { CACHED_COMMANDS, describeTool } from '../../plugin/command-inputs';
import {
  assertOptionsKnown,
  checkMergedTarget,
  runningTarget,
  targetMetadata,
} from '../../plugin/merged-target';
import { projectFolder } from '../test-module/options';
import type { CargoOptions } from './options';

/**
 * Fails unless what Nx keeps of the command that runs may be taken for a later run: the
 * user's configuration may have replaced the inputs, or made a command cached that
 * leaves something behind. A target that the plugin did not infer is its author's affair.
 *
 * @param guest Name of the Lima instance that it runs in. Default: it runs on this machine.
 * @throws {CargoTestError} `TARGET_DEFAULTS_REPLACED` with what to write, `GRAPH_OUT_OF_DATE` if
 *   it was inferred for another machine, `INVALID_OPTIONS` for what is nearly the name of an
 *   option, or the failure that inference met with this package.
 */
export function assertCommandIntact(
  context: ExecutorContext,
  options: CargoOptions,
  guest?: string,
): void {
  const { projectName, targetName, target } = runningTarget(context);
  const metadata = targetMetadata(target);
  if (metadata?.failure) throw new CargoTestError(metadata.failure.code, metadata.failure.message);
  const task = `${projectName}:${targetName}`;
  assertOptionsKnown(task, target);
  if (metadata === undefined || target.cache !== true) return;
  const { uncached, requires } = metadata;
  // What a guest builds lies there, where Nx restores nothing.
  const mayRestore = uncached?.unlessOutputs === true && guest === undefined;
  if (uncached !== undefined && !(mayRestore && (target.outputs ?? []).length > 0)) {
    throw new CargoTestError(
      'TARGET_DEFAULTS_REPLACED',
      `${task}: targetDefaults or a project.json made Nx cache this target, and ${uncached.because} after a cached run.\n` +
        `Keep defaults of other tools' ${targetName} away from it by defaults of its own: "targetDefaults": {"nx-cargo-test:cargo": {"cache": false}}` +
        (mayRestore ? `; or name in its "outputs" what Nx shall restore` : ''),
    );
  }
  const problem = checkMergedTarget(projectName, targetName, target, requires);
  if (problem !== undefined) throw new CargoTestError('TARGET_DEFAULTS_REPLACED', problem);
  assertToolHashed(context, task, options, guest);
}

/** Another toolchain than the inferred one lints and formats in its own way, and so does another machine. */
function assertToolHashed(
  context: ExecutorContext,
  task: string,
  { command, cargoWorkspace, toolchain, limaInstance }: CargoOptions,
  guest: string | undefined,
): void {
  const cached = CACHED_COMMANDS.find((each) => each === command);
  if (cached === undefined) return;
  const { target } = runningTarget(context);
  const packageFolder = projectFolder(context, context.projectName ?? '');
  const isHashedFor = (place: string | undefined): boolean => {
    const tool = describeTool({
      ...{ command: cached, cargoWorkspace, packageFolder, toolchain, guest: place },
    });
    return (target.inputs ?? []).some(
      (input) => typeof input === 'object' && 'runtime' in input && input.runtime === tool,
    );
  };
  if (isHashedFor(guest)) return;
  if (guest !== undefined || isHashedFor(limaInstance)) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `${task} is asked to run ${guest === undefined ? 'on this machine' : `in the Lima instance ${guest}`}, but was not inferred for that: set the options runner, limaInstance and limaBuild of nx-cargo-test in nx.json, or NX_CARGO_TEST_RUNNER and run \`nx reset\``,
    );
  }
  throw new CargoTestError(
    'TARGET_DEFAULTS_REPLACED',
    `${task}: its toolchain is another one than the plugin knows, so that Nx would not notice a new version of it; ` +
      `write it into the plugin's options in nx.json: "targets": {"${command}": {"toolchain": ${JSON.stringify(toolchain ?? '…')}}}`,
  );
}
