import type { logger } from '@nx/devkit';

/** Where a generator's words for the user go: `logger` of Nx, or a test. */
export type Say = Pick<typeof logger, 'info' | 'warn'>;
