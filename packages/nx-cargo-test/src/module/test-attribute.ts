import type { RustAttribute } from './rust-attribute';

/**
 * Whether an attribute turns a function into a test: any path that ends with
 * `test`, which every asynchronous runtime's macro does, and the macros of the
 * widely used test crates that bear another name.
 *
 * @param configured Attributes that make tests besides these; as source may import one
 *   or write its path, only the last segment of each counts.
 * @returns `maybe` for an attribute that applies another macro or template, which
 *   may make a test of it or not.
 */
export function testMark(
  attribute: RustAttribute,
  configured: readonly string[] = [],
): 'test' | 'maybe' | undefined {
  const last = lastSegment(attribute.path);
  if (last === 'test' || otherTestAttributes.has(last)) return 'test';
  if (configured.some((path) => lastSegment(path) === last)) return 'test';
  if (last !== 'apply' || attribute.arguments === undefined) return undefined;
  // `apply(test!)` passes the function through a macro (smol-macros), `apply(cases)` gives it the cases of a
  // template (rstest_reuse).
  const applied = /^\s*([\w:]+)\s*(!?)/.exec(attribute.arguments);
  if (applied === null) return undefined;
  if (applied[2] === '!') return lastSegment(applied[1] ?? '') === 'test' ? 'test' : undefined;
  return 'maybe';
}

/** Whether an attribute makes a template of a function that only other functions become tests by (rstest_reuse). */
export function isTemplate({ path, arguments: given }: RustAttribute): boolean {
  return lastSegment(path) === 'template' && given === undefined;
}

const otherTestAttributes: ReadonlySet<string> = new Set([
  'rstest',
  'test_case',
  'test_matrix',
  'test_casing',
  'quickcheck',
  'proptest',
]);

function lastSegment(path: string): string {
  return path.split('::').at(-1) ?? '';
}
