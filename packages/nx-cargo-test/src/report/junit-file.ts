import { rm } from 'node:fs/promises';
import { replaceFile } from '../replace-file';
import { formatJunit } from './junit-report';
import type { LeafOutcome } from './leaf-outcome';
import type { ResultFile } from './result-file';

/** A leaf's JUnit report on disk, which never outlives the run that it tells of. */
export interface JunitFile {
  /** Removes the report of an earlier run. */
  clear(): Promise<void>;
  /**
   * Writes the report of a run that came to its end.
   *
   * @param content What the results file holds.
   * @param outcome For the output of its processes.
   * @param harness False for `harness = false`.
   */
  write(content: ResultFile, outcome: LeafOutcome, harness: boolean): Promise<void>;
}

/**
 * The JUnit report at a path.
 *
 * @param packageName Cargo package name.
 */
export function junitFileAt(path: string, packageName: string): JunitFile {
  return {
    clear: () => rm(path, { force: true }),
    write: (content, { output }, harness) =>
      replaceFile(path, formatJunit(content, { packageName, harness, output })),
  };
}
