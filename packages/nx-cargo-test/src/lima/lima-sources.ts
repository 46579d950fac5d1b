/** How a guest sees folders of this machine: by a mount of the instance, or by copies that are kept up to date. */
export const LIMA_SOURCES = ['mount', 'copy'] as const;
export type LimaSources = (typeof LIMA_SOURCES)[number];
