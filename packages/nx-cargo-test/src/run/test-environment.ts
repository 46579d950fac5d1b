import { delimiter } from 'node:path';

/** Names whose manifest value is put before the value that the user had, as cargo does it. */
const searchPaths = ['LD_LIBRARY_PATH', 'DYLD_FALLBACK_LIBRARY_PATH'];

/**
 * The environment of a test process: the outer one, and over it what `cargo
 * test` adds according to the manifest, with `{workspaceRoot}` resolved.
 */
export function testEnvironment(
  outer: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
  workspaceRoot: string,
): Record<string, string> {
  const result: Record<string, string> = { ...outer };
  for (const [name, value] of Object.entries(added)) {
    const resolved = resolveWorkspaceRoot(value, workspaceRoot);
    const existing = outer[name];
    result[name] =
      searchPaths.includes(name) && existing !== undefined && existing !== ''
        ? mergePaths(resolved, existing)
        : resolved;
  }
  return result;
}

/** Replaces the token `{workspaceRoot}` in a value of the manifest. */
export function resolveWorkspaceRoot(value: string, workspaceRoot: string): string {
  return value.replaceAll('{workspaceRoot}', () => workspaceRoot);
}

function mergePaths(first: string, second: string): string {
  return [...new Set([...first.split(delimiter), ...second.split(delimiter)])]
    .filter((entry) => entry !== '')
    .join(delimiter);
}
