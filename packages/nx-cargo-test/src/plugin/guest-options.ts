import { RUNNER_VARIABLE } from '../choose-runner';
import { instanceCommand } from '../lima/instance-command';
import type { Input } from './build-inputs';
import type { ResolvedOptions } from './plugin-options';

/** Where tests of a package run and are built. */
export interface GuestRequest {
  readonly runner: 'native' | 'lima';
  /** Where tests are built if they run in Lima. Default: `host`. */
  readonly limaBuild?: 'guest' | 'host';
  readonly options: ResolvedOptions;
}

/** The instance that tests are built in, as build inputs have it. */
export function guestOf({ runner, limaBuild, options }: GuestRequest): { readonly guest?: string } {
  return runner === 'lima' && limaBuild === 'guest' ? { guest: options.limaInstance } : {};
}

/** Options of a target that compiles in the guest; none where this machine compiles. */
export function guestOptions(request: GuestRequest): Record<string, unknown> {
  const { limaInstance, limaSources, limaStart } = request.options;
  return guestOf(request).guest === undefined ? {} : { limaInstance, limaSources, limaStart };
}

/** As configured, so that the executor tells who chose: the option, the variable or the host. */
export function askedRunner({ runner }: ResolvedOptions): Record<string, unknown> {
  return runner === 'auto' ? {} : { runner };
}

/**
 * Options that say where something runs that compiles the crate.
 *
 * @param runsCode Whether it runs code of the crate, which gets what its tests get.
 */
export function placeOptions(request: GuestRequest, runsCode: boolean): Record<string, unknown> {
  const { options } = request;
  const { limaBuild } = options;
  const isInGuest = guestOf(request).guest !== undefined;
  const limaEnvironment = [...options.environment].sort();
  return {
    ...askedRunner(options),
    // As configured, so that a native run and one in Lima that is built here are hashed alike.
    ...(limaBuild === 'auto' ? {} : { limaBuild }),
    ...guestOptions(request),
    ...(isInGuest && runsCode ? { limaEnvironment } : {}),
  };
}

/** By which a result of one runner, or of one guest, is not taken for that of another; none where they are shared. */
export function runnerInputs({ runner, options }: GuestRequest): readonly Input[] {
  if (options.shareResults) return [];
  const variable = { env: RUNNER_VARIABLE };
  return runner === 'native'
    ? [variable]
    : [variable, { runtime: instanceCommand(options.limaInstance) }];
}

/** Options that say where the tests of a leaf run. */
export function runnerOptions(request: GuestRequest): Record<string, unknown> {
  const { runner, options } = request;
  const { limaInstance, limaSources, limaStart, environment, shareResults } = options;
  const asked = askedRunner(options);
  // Nx hashes options, so those of shared results are the same wherever they come from.
  if (runner === 'native' && !shareResults) return asked;
  const limaEnvironment = [...environment].sort();
  const limaBuild = guestOf(request).guest === undefined ? 'host' : 'guest';
  return {
    ...asked,
    ...(shareResults ? { shareResults } : {}),
    ...{ limaInstance, limaSources, limaBuild, limaStart, limaEnvironment },
  };
}
