import * as v from 'valibot';
import { proposeNearest } from './nearest-name';

/**
 * What is wrong with options, after the path of the wrong key, and the nearest right
 * key or value.
 *
 * @param knownKeys Known keys below the keys given, where others are refused. Default: none.
 */
export function describeIssue(
  issue: v.BaseIssue<unknown>,
  knownKeys: (parent: readonly string[]) => readonly string[] = () => [],
): string {
  const path = v.getDotPath(issue) ?? '(all)';
  // The same type of issue says that a key is missing, and that there is no object at all.
  if (issue.type === 'strict_object' && issue.received === 'undefined' && path !== '(all)')
    return `${path}: expected a value, got none`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const steps = (issue.path ?? []).map(({ key }) => String(key));
    const keys = knownKeys(steps.slice(0, -1));
    return `${path}: unknown option${proposeNearest(steps.at(-1) ?? '', keys)}; known are ${keys.join(', ')}`;
  }
  const values = [...(issue.expected ?? '').matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
  const proposal = typeof issue.input === 'string' ? proposeNearest(issue.input, values) : '';
  // A pattern's message says in words what is expected.
  const expected = issue.type === 'regex' ? issue.message : (issue.expected ?? 'another value');
  return `${path}: expected ${expected}, got ${issue.received}${proposal}`;
}
