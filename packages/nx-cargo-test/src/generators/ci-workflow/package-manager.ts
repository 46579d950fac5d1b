import type { Tree } from '@nx/devkit';

/** How a workflow gets Nx onto a machine, and runs it. */
export interface PackageManager {
  /** Steps before Node.js is there, as YAML lines of a list of steps. */
  readonly steps: readonly string[];
  /** Installs exactly what the lock file says. */
  readonly install: string;
  /** Before the arguments of Nx. */
  readonly nx: string;
}

/** The package manager that the workspace's lock file is of. Default: npm. */
export function packageManagerOf(tree: Tree): PackageManager {
  if (tree.exists('pnpm-lock.yaml')) {
    return {
      // Its version is the one that package.json names as packageManager.
      steps: ['- uses: pnpm/action-setup@v4'],
      install: 'pnpm install --frozen-lockfile',
      nx: 'pnpm exec nx',
    };
  }
  if (tree.exists('yarn.lock')) {
    const isClassic = !tree.exists('.yarnrc.yml');
    return {
      steps: isClassic ? [] : ['- run: corepack enable'],
      install: `yarn install ${isClassic ? '--frozen-lockfile' : '--immutable'}`,
      nx: 'yarn nx',
    };
  }
  if (tree.exists('bun.lock') || tree.exists('bun.lockb')) {
    return {
      steps: ['- uses: oven-sh/setup-bun@v2'],
      install: 'bun install --frozen-lockfile',
      nx: 'bunx nx',
    };
  }
  const install = tree.exists('package-lock.json') ? 'npm ci' : 'npm install';
  return { steps: [], install, nx: 'npx nx' };
}
