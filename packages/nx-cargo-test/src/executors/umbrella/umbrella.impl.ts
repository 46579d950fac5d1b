import type { ExecutorContext } from '@nx/devkit';
import { CargoTestError } from '../../errors';
import { assertTargetIntact, runningTarget, targetMetadata } from '../../plugin/merged-target';
import { describeFailure } from '../../report/describe-failure';
import { isDependency } from '../task-dependencies';

/** Options of the executor `umbrella`: nothing but what Nx adds from the command line. */
export interface UmbrellaOptions {
  readonly __unparsed__?: readonly string[];
}

/** Stands for other targets of its project. Nx starts it when all have succeeded; it checks that they were asked to run. */
export default function umbrellaExecutor(
  options: UmbrellaOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  try {
    const members = membersOf(context);
    const [argument] = options.__unparsed__ ?? [];
    if (argument !== undefined) {
      throw new CargoTestError(
        'INVALID_OPTIONS',
        `${context.projectName}:${context.targetName} takes no arguments, got ${argument}; give them to one of ${members.join(', ')}`,
      );
    }
    process.stdout.write(`${context.targetName}: ${members.join(', ')} succeeded\n`);
    return Promise.resolve({ success: true });
  } catch (error) {
    process.stderr.write(`${describeFailure(error)}\n`);
    return Promise.resolve({ success: false });
  }
}

function membersOf(context: ExecutorContext): readonly string[] {
  assertTargetIntact(context);
  const { projectName, targetName, target } = runningTarget(context);
  const members = targetMetadata(target)?.requires.dependsOn ?? [];
  const left = members.filter((member) => !isDependency(context, projectName, member));
  if (members.length > 0 && left.length === 0) return members;
  throw new CargoTestError(
    'GRAPH_OUT_OF_DATE',
    members.length === 0
      ? `${projectName}:${targetName} stands for no target: the plugin's options left out all of them`
      : `${projectName}:${targetName} stands for ${left.join(', ')}, which is not part of this run; run it without --exclude-task-dependencies`,
  );
}
