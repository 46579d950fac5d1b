import { outerEnvironment } from '../process/outer-environment';
import type { SpawnSupervised, SpawnTalking } from '../process/supervise-group';
import { limaGuest, type LimaGuest } from './lima-guest';
import type { LimaSources } from './lima-sources';

/** An instance whose guest compiles, as the options of a target name it. */
export interface GuestChoice {
  readonly instance: string;
  readonly options: { readonly limaSources?: LimaSources; readonly limaStart?: boolean };
}

/** The guest of an instance for one task that compiles there. */
export function openGuest(
  { instance, options }: GuestChoice,
  edges: {
    readonly spawn: SpawnSupervised;
    readonly spawnTalking: SpawnTalking;
    readonly announce: (line: string) => void;
  },
): LimaGuest {
  const { limaSources: sources = 'mount', limaStart: start = false } = options;
  return limaGuest(
    { instance, sources, start, build: 'guest', forwarded: [] },
    { ...edges, environment: outerEnvironment(process.env), architecture: process.arch },
  );
}
