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
  const list = listForObject(issue);
  if (list !== undefined) return `${list}: expected Object, got Array`;
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
  return `${path}: expected ${expectedOf(issue)}, got ${receivedOf(issue)}${proposal}`;
}

function expectedOf({ type, input, message, expected }: v.BaseIssue<unknown>): string {
  switch (type) {
    // These say in words of ours what is expected.
    case 'regex':
    case 'custom':
      return message;
    case 'min_length':
      return typeof input === 'string' ? 'a text that is not empty' : 'a list that is not empty';
    case 'integer':
      return 'an integer';
    default:
      return expected ?? 'another value';
  }
}

/** Of a value that is too short valibot tells the length. */
function receivedOf({ type, input, received }: v.BaseIssue<unknown>): string {
  return type === 'min_length' ? JSON.stringify(input) : received;
}

/** Path of a list that stands where an object belongs: valibot takes its indices for keys. */
function listForObject(issue: v.BaseIssue<unknown>): string | undefined {
  const path = issue.path ?? [];
  const index = path.findIndex((step) => step.type === 'object' && Array.isArray(step.input));
  if (index === -1) return undefined;
  const keys = path.slice(0, index).map(({ key }) => String(key));
  return keys.length === 0 ? '(all)' : keys.join('.');
}
