import * as v from 'valibot';
import { proposeNearest } from './nearest-name';

/**
 * What is wrong with options, after the path of the wrong key, and the nearest right
 * key or value.
 *
 * @param keys Known keys, where others are refused. Default: none.
 */
export function describeIssue(issue: v.BaseIssue<unknown>, keys: readonly string[] = []): string {
  const path = v.getDotPath(issue) ?? '(all)';
  if (issue.type === 'strict_object' && path !== '(all)') {
    if (issue.expected !== 'never') return `${path}: expected a value, got none`;
    return `${path}: unknown option${proposeNearest(path, keys)}; known are ${keys.join(', ')}`;
  }
  const values = [...(issue.expected ?? '').matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
  const proposal = typeof issue.input === 'string' ? proposeNearest(issue.input, values) : '';
  return `${path}: expected ${issue.expected ?? 'another value'}, got ${issue.received}${proposal}`;
}
