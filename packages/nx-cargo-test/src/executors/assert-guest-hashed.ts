import type { ExecutorContext } from '@nx/devkit';
import { CargoTestError } from '../errors';
import { guestToolchainCommand } from '../lima/guest-toolchain-command';
import { runningTarget } from '../plugin/merged-target';

/**
 * Fails unless the running target was inferred for the machine that compiles: a build by one
 * guest's tools would else be taken for that of another's, of later ones, or of this host's.
 *
 * @param instance The Lima instance that compiles; undefined for this machine.
 * @param declared The option `buildEnvironment`.
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE`.
 */
export function assertGuestHashed(
  context: ExecutorContext,
  instance: string | undefined,
  declared: readonly string[],
): void {
  const { projectName, targetName, target, project } = runningTarget(context);
  const inputs = (target.inputs ?? []).flatMap((input) =>
    typeof input === 'string' ? (project.namedInputs?.[input] ?? [input]) : [input],
  );
  const guests = inputs.flatMap((input) =>
    typeof input === 'object' && 'runtime' in input ? [input.runtime] : [],
  );
  const isInferred =
    instance === undefined
      ? !guests.some((command) => command.includes('limactl shell'))
      : guests.includes(guestToolchainCommand(instance, declared));
  if (isInferred) return;
  throw new CargoTestError(
    'GRAPH_OUT_OF_DATE',
    `${projectName}:${targetName} is asked to build ${instance === undefined ? 'on this machine' : `in the Lima instance ${instance}`}, but was not inferred for it: set the options runner, limaInstance and limaBuild of nx-cargo-test in nx.json, or NX_CARGO_TEST_RUNNER and run \`nx reset\``,
  );
}
