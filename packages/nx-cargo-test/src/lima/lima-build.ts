/** Where tests for a guest are built: `auto` is on the host where that is Linux, else in the guest. */
export const LIMA_BUILDS = ['auto', 'guest', 'host'] as const;
export type LimaBuildOption = (typeof LIMA_BUILDS)[number];

/** The machine that builds tests for a guest. */
export function chooseLimaBuild(
  option: LimaBuildOption,
  platform: NodeJS.Platform,
): 'guest' | 'host' {
  if (option !== 'auto') return option;
  return platform === 'linux' ? 'host' : 'guest';
}
