import { digest } from '../disk-cache';

/** What Nx tells of how it hashed a task: a hash for each thing that went into it. */
export interface HashedNodes {
  readonly nodes?: Readonly<Record<string, string>>;
}

/** The declared inputs of a task. */
export interface DeclaredInputs {
  /** Digest of the declared files and variables, without what does not bear on a verdict. */
  readonly digest: string;
  /** Names of the declared environment variables, sorted. */
  readonly variables: readonly string[];
}

/**
 * Picks from the hash of a task what a test's outcome can depend on. Left out
 * are the project's configuration, nx.json and the files beside it: of these
 * only what they make of the task counts, which stands elsewhere in the key. So
 * does the fingerprint file, whose tests count one by one.
 *
 * @param fingerprintFile Path of the leaf's fingerprint file, as its target names it.
 * @returns Undefined when Nx does not tell, so that nothing may be reused.
 */
export function declaredInputs(
  details: HashedNodes | undefined,
  project: string,
  fingerprintFile: string,
): DeclaredInputs | undefined {
  const nodes = details?.nodes;
  if (nodes === undefined || Object.keys(nodes).length === 0) return undefined;
  const isOwnFile = (label: string): boolean => label.startsWith(`${fingerprintFile}:`);
  // Without this node the hash is not the one that the target asks for.
  if (!Object.keys(nodes).some(isOwnFile)) return undefined;
  const counted = Object.entries(nodes)
    .filter(([label]) => !isOwnFile(label) && !isConfiguration(label, project))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const variables = counted.flatMap(([label]) => /^env:(.+)$/.exec(label)?.[1] ?? []);
  return { digest: digest(JSON.stringify(counted)), variables };
}

function isConfiguration(label: string, project: string): boolean {
  return (
    label === `${project}:ProjectConfiguration` ||
    label === `${project}:TsConfig` ||
    label === 'env:NX_CLOUD_ENCRYPTION_KEY' ||
    /^workspace:\[\{workspaceRoot\}\/nx\.json,\{workspaceRoot\}\/\.gitignore,\{workspaceRoot\}\/\.nxignore\]$/.test(
      label,
    )
  );
}
