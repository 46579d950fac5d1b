/** Targets that every crate may have besides `test-…`. */
const NAMES = new Set(
  'test build-tests build lint fmt fmt-check bench doc miri coverage all ci doctor'.split(' '),
);

/** Whether the plugin may make a target of that name for a crate. */
export function isOurTarget(name: string): boolean {
  return NAMES.has(name) || name.startsWith('test-');
}
