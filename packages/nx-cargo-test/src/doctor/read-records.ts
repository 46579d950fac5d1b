import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAllResources } from '../resources/resource-records';
import { summarizeResources } from '../resources/resource-summary';
import { largerOf, type ResourceUse } from '../resources/resource-use';

/**
 * What modules of Cargo workspaces were recorded to need: the most that one process
 * held, and all of them together. What cannot be read is not known.
 *
 * @param cargoWorkspaces Absolute paths.
 */
export async function readRecords(
  cargoWorkspaces: readonly string[],
): Promise<{ readonly largest?: ResourceUse; readonly together?: ResourceUse }> {
  const folders = await Promise.all(
    cargoWorkspaces.map(async (folder) => {
      const kept = join(folder, 'target/nx-cargo-test');
      const packages = await readdir(kept).catch((): string[] => []);
      return packages.map((name) => join(kept, name, 'resources'));
    }),
  );
  const read = await Promise.all(folders.flat().map(readAllResources));
  const { modules, sum } = summarizeResources(
    read.flatMap(({ files }) => files.map(({ content }) => content)),
  );
  const largest = modules.reduce<ResourceUse | undefined>(
    (most, { peaks }) =>
      most === undefined || peaks === undefined ? (most ?? peaks) : largerOf(most, peaks),
    undefined,
  );
  return {
    ...(largest === undefined ? {} : { largest }),
    ...(sum === undefined ? {} : { together: sum }),
  };
}
