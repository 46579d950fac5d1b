/** The most tests of a process that modules share, unless the user says so. */
export const DEFAULT_PACKED_TESTS = 60;
