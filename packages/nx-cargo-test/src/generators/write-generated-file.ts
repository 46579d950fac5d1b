import { formatFiles, type Tree } from '@nx/devkit';
import { CargoTestError } from '../errors';

/**
 * Writes a file as the workspace's formatter has it. What somebody wrote there is
 * never lost unasked.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` when the file is there, says something else,
 *   and `overwrite` is not set.
 */
export async function writeGeneratedFile(
  tree: Tree,
  file: string,
  text: string,
  overwrite: boolean,
): Promise<void> {
  const before = tree.read(file, 'utf-8');
  tree.write(file, text);
  await formatFiles(tree);
  if (before === null || overwrite || tree.read(file, 'utf-8') === before) return;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `${file} is there and says something else; pass --overwrite to replace it, or another --file`,
  );
}
