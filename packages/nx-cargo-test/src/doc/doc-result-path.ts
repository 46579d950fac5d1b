import { posix } from 'node:path';
import { packageFolder } from '../build/paths';

/** What stands for the doc tests of a package where a leaf has its id. */
export const DOC_LEAF = 'doc';

/**
 * File with the verdicts of a package's doc tests, relative to the Nx workspace
 * root; an output of `test-doc`. No leaf's file has this name, because those
 * begin with the kind of a binary or are called `rest`.
 */
export function docResultFile(cargoWorkspace: string, packageName: string): string {
  return posix.join(packageFolder(cargoWorkspace, packageName), 'results', `${DOC_LEAF}.json`);
}

/** File with the same verdicts in JUnit's format; an output of `test-doc`. */
export function docJunitFile(cargoWorkspace: string, packageName: string): string {
  return posix.join(packageFolder(cargoWorkspace, packageName), 'junit', `${DOC_LEAF}.xml`);
}
