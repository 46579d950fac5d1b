import { parseTestArguments, reasonNotSelected, type TestArguments } from '../plan/test-arguments';
import type { DocTest } from './doc-listing';

/** The user's arguments as they reach rustdoc's harnesses. */
export interface DocArguments extends TestArguments {
  /** What is passed on. */
  readonly words: readonly string[];
}

/**
 * Reads the arguments after `--`. rustdoc takes each apart at spaces, so a
 * filter with a space in it is several filters there, and here.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` as `parseTestArguments` does.
 */
export function parseDocArguments(args: readonly string[]): DocArguments {
  const words = args.flatMap((argument) => argument.split(/\s+/)).filter((word) => word !== '');
  return { words, ...parseTestArguments(words) };
}

/** Doc tests that the arguments select, and why the others are not. */
export interface DocSelection {
  readonly selected: readonly DocTest[];
  readonly notSelected: readonly { readonly test: DocTest; readonly why: string }[];
}

/**
 * Decides which doc tests run.
 *
 * @param ignored Ids of those that rustdoc marks as ignored; of interest for `--ignored` only.
 */
export function selectDocTests(
  tests: readonly DocTest[],
  args: DocArguments,
  ignored: ReadonlySet<string>,
): DocSelection {
  const selected: DocTest[] = [];
  const notSelected: { test: DocTest; why: string }[] = [];
  for (const test of tests) {
    const why = reasonNotSelected({ name: test.name, ignored: ignored.has(test.id) }, args);
    if (why === undefined) selected.push(test);
    else notSelected.push({ test, why });
  }
  return { selected, notSelected };
}
