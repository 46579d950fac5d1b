import { outerEnvironment } from './outer-environment';

/**
 * The environment for a command of cargo whose output the user sees: the one before Nx
 * started the task. Nx asks its tasks for colours by a variable that cargo does not
 * know; a user who said something about colours to cargo itself is obeyed.
 */
export function commandEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const outer = outerEnvironment(environment);
  const { CARGO_TERM_COLOR: chosen, NO_COLOR: none = '' } = outer;
  const wantsColour = !['', '0', 'false'].includes(environment['FORCE_COLOR'] ?? '');
  if (chosen !== undefined || none !== '' || !wantsColour) return outer;
  return { ...outer, CARGO_TERM_COLOR: 'always' };
}
