import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import type { Say } from '../say';

/**
 * An empty Nx workspace without a formatter, which Jest cannot load as Nx does: that
 * generators format is shown end to end.
 */
export function emptyTree(): Tree {
  const tree = createTreeWithEmptyWorkspace();
  for (const file of ['.prettierrc', '.prettierignore', '.oxfmtrc.json'])
    if (tree.exists(file)) tree.delete(file);
  tree.write('package.json', '{ "name": "empty", "private": true }\n');
  tree.write('nx.json', '{}\n');
  tree.write('.gitignore', 'node_modules\n');
  return tree;
}

/** A place for a generator's words, and what came there. */
export function listen(): { readonly say: Say; readonly said: () => string } {
  const lines: string[] = [];
  const note = (text: string): void => void lines.push(text);
  return { say: { info: note, warn: note }, said: () => lines.join('\n') };
}
