/**
 * A command for Nx's `runtime` inputs that prints what an instance was made from,
 * as `instanceIdentity` digests it, whether it runs or not; a line that says so if
 * there is none.
 *
 * @param name Name of the instance, in which a shell finds nothing special.
 */
export function instanceCommand(name: string): string {
  const parts = ['.Arch', '.VMType', '.Config.Images', '.Config.Provision', '.Config.Env'];
  const format = parts.map((part) => `{{json ${part}}}`).join(' ');
  return `limactl list --format '${format}' ${name} || echo no instance`;
}
