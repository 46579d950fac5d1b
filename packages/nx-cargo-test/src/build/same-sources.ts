import type { CargoWorkspace } from '../cargo/metadata';
import { CargoTestError } from '../errors';
import type { BuildHost } from './build-host';

/** What was compiled, and where. */
export interface SourcesOfBuild {
  readonly host: BuildHost;
  readonly cargo: CargoWorkspace;
  /** Folders of all sources. */
  readonly sourceFolders: readonly string[];
}

/**
 * Fails if a guest read other sources than are here: what was found out of them would be
 * kept as if it were of these.
 *
 * @param read Absolute paths of what was read.
 * @throws {CargoTestError} `SOURCES_CHANGED` naming the files that differ.
 */
export async function assertSameSources(
  read: readonly string[],
  build: SourcesOfBuild,
): Promise<void> {
  const { host, sourceFolders } = build;
  const sources = read.filter(
    (file) =>
      isSource(file, build) && sourceFolders.some((folder) => file.startsWith(`${folder}/`)),
  );
  const differing = await host.differingSources([...new Set(sources)]);
  if (differing.length === 0) return;
  throw new CargoTestError(
    'SOURCES_CHANGED',
    `the build in the guest read other contents than are here: ${[...differing].sort().join(', ')}`,
  );
}

/** cargo itself writes its lock file and its target folder. */
export function isSource(file: string, { cargo }: Pick<SourcesOfBuild, 'cargo'>): boolean {
  return !file.startsWith(`${cargo.targetFolder}/`) && !file.endsWith('/Cargo.lock');
}
