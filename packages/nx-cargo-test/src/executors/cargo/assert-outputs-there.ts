import type { ExecutorContext } from '@nx/devkit';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CargoTestError } from '../../errors';
import { runningTarget, targetMetadata } from '../../plugin/merged-target';

/**
 * Fails if Nx would keep the run of a command whose work is what it leaves behind, and none of
 * the outputs that it would restore is there: they are those of another tool then.
 *
 * @throws {CargoTestError} `TARGET_DEFAULTS_REPLACED`.
 */
export function assertOutputsThere(context: ExecutorContext): void {
  const { projectName, targetName, target, project } = runningTarget(context);
  const uncached = targetMetadata(target)?.uncached;
  if (target.cache !== true || uncached === undefined) return;
  const outputs = (target.outputs ?? []).filter((output) => !output.startsWith('!'));
  const isThere = (output: string): boolean => {
    const path = output.replace('{workspaceRoot}', '.').replace('{projectRoot}', project.root);
    // Of a pattern, the folder that it looks in; what names an option cannot be told.
    const [fixed = ''] = path.split(/[*?[{]/);
    const folder = fixed === path ? path : fixed.replace(/[^/]*$/, '');
    return path.includes('{options') || existsSync(join(context.root, folder));
  };
  if (outputs.some(isThere)) return;
  throw new CargoTestError(
    'TARGET_DEFAULTS_REPLACED',
    `${projectName}:${targetName}: targetDefaults or a project.json made Nx cache this target with the outputs ${outputs.join(', ')}, of which cargo wrote none, and ${uncached.because} after a cached run.\n` +
      `Keep defaults of other tools' ${targetName} away from it by defaults of its own: "targetDefaults": {"nx-cargo-test:cargo": {"cache": false}}; or name in its "outputs" what Nx shall restore`,
  );
}
