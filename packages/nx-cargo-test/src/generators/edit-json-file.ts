import { formatFiles, type Tree } from '@nx/devkit';
import { editJsonText, type JsonEdit } from './edit-json-text';

/**
 * Changes values of a JSON file and nothing else of it. What was as the workspace's
 * formatter has it is so afterwards; what was not is not formatted either.
 */
export async function editJsonFile(
  tree: Tree,
  file: string,
  edits: readonly JsonEdit[],
): Promise<void> {
  const before = tree.read(file, 'utf-8') ?? '';
  const after = edits.reduce(editJsonText, before);
  if (after === before) return;
  const wasFormatted = tree.exists(file) && (await isFormatted(tree, file, before));
  tree.write(file, after);
  if (wasFormatted) await formatFiles(tree);
}

/** Nx tells only what a formatter makes of a change, so the text is changed by empty lines that it removes. */
async function isFormatted(tree: Tree, file: string, text: string): Promise<boolean> {
  tree.write(file, `${text}\n\n`);
  await formatFiles(tree);
  const formatted = tree.read(file, 'utf-8');
  tree.write(file, text);
  return formatted === text;
}
