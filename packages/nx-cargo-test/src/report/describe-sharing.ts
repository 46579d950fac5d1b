import { leafLabel } from './leaf-label';

/** Says with which modules a module shared a process; names the first of many. */
export function describeSharing(leaves: readonly string[]): string {
  const named = leaves.map(leafLabel).sort().slice(0, 3);
  if (leaves.length > named.length) named.push(`${leaves.length - named.length} more`);
  return `shared a process with ${named.join(', ')}`;
}
