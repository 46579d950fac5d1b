import { INSTANCE_SETTINGS } from './instance-identity';

/**
 * A command for Nx's `runtime` inputs that prints what an instance was made from,
 * as `instanceIdentity` digests it, whether it runs or not; a line that says so if
 * limactl does not tell.
 *
 * Nx hashes standard error too, and limactl puts the time into its warnings, such
 * as one of another instance. What fails is hashed with the time: a pass that was
 * kept under it would be that of any instance.
 *
 * @param name Name of the instance, in which a shell finds nothing special.
 */
export function instanceCommand(name: string): string {
  const fields = Object.values(INSTANCE_SETTINGS).map((field) => `{{json .Config.${field}}}`);
  const format = `{{json .Arch}} {{json .VMType}} ${fields.join(' ')}`;
  return `limactl list --format '${format}' ${name} 2>/dev/null || { echo no instance; date; }`;
}
