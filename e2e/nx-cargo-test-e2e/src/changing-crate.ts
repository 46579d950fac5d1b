import type { CrateFiles } from './scratch-workspace';

/**
 * A package with tests, and changes to it. Every change starts from the package
 * as it is here; results of earlier changes stay known, so no two changes may
 * make a test the same.
 */
export interface ChangingCrate {
  /** Name of the folder and of the package. */
  readonly name: string;
  readonly crate: CrateFiles;
  /**
   * Every test: `MODULE::NAME` of the library, `BINARY/NAME` of an integration
   * test. Each stands in a module of its own, so that what runs is the same
   * whether whole modules are repeated or single tests.
   */
  readonly tests: readonly string[];
  readonly changes: readonly CrateChange[];
}

/** One change, and what has to run after it. */
export interface CrateChange {
  readonly name: string;
  /** Texts to replace; each `find` stands in its file exactly once. */
  readonly edits?: readonly {
    readonly file: string;
    readonly find: string;
    readonly replace: string;
  }[];
  /** Content of files that the change adds; `undefined` removes the file. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  /** Exactly the tests that execute, named as in {@link ChangingCrate.tests}; these may be new ones. */
  readonly executed: readonly string[];
  /** `any`: further tests may execute, because they could see at run time what changed. */
  readonly alsoAllowed?: 'any';
  /** Those of them that fail, because what they check is no longer so. Default: none. */
  readonly fails?: readonly string[];
}
