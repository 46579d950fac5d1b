/**
 * Version of what the executor does with a test: how it is selected, its
 * environment, its working directory, its time limits, how its verdict is
 * reached. It stands in the options of `build-tests`, which Nx hashes with every
 * target of the project, and in every fingerprint file, so a new number reruns all tests:
 * raise it with each change after which an earlier verdict might differ, and
 * leave it alone for changes of wording.
 */
export const EXECUTOR_BEHAVIOUR = 3;
