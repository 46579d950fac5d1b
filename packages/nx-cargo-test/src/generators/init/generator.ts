import { logger, parseJson, readNxJson, type NxJsonConfiguration, type Tree } from '@nx/devkit';
import * as v from 'valibot';
import { findCargoPackages } from '../cargo-packages';
import { editJsonFile } from '../edit-json-file';
import { parseGeneratorOptions } from '../parse-options';
import { registerPlugin } from '../plugin-entry';
import type { Say } from '../say';
import { withCode } from '../with-code';
import { describeHiddenTargets } from './hidden-targets';
import { ignoreTargetFolders } from './ignore-target-folders';
import { describeMakefiles } from './makefile-targets';
import { describeReplacingDefault, replacingDefaults } from './target-defaults';

const entries = {
  /** Change entries of `targetDefaults` that replace what the plugin infers. Default: `false` */
  mendTargetDefaults: v.optional(v.boolean(), false),
};

/**
 * Makes a workspace use the plugin: names it in nx.json, makes git ignore what cargo
 * builds, and says what of the workspace stands in its way or is replaced by it.
 * A second run changes nothing.
 */
export default function initGenerator(
  tree: Tree,
  options: unknown,
  say: Say = logger,
): Promise<void> {
  return withCode(async () => {
    const { mendTargetDefaults } = parseGeneratorOptions(entries, 'init', options);
    await registerPlugin(tree);
    await checkTargetDefaults(tree, mendTargetDefaults, say);
    const cargo = findCargoPackages(tree);
    ignoreTargetFolders(tree, cargo.workspaces);
    const notes = [...describeHiddenTargets(tree, cargo), ...describeMakefiles(tree, cargo)];
    for (const note of notes) say.warn(`\n${note}`);
    const [first] = cargo.packages;
    say.info(
      first === undefined
        ? '\nThere is no Cargo.toml with a package yet; each one becomes a project.'
        : `\nNext: nx run ${first.name}:test runs all tests of ${first.name}, nx show project ${first.name} lists its targets.`,
    );
  });
}

async function checkTargetDefaults(tree: Tree, mend: boolean, say: Say): Promise<void> {
  const { targetDefaults } = readNxJson(tree) ?? {};
  const found = replacingDefaults(targetDefaults);
  if (!mend) {
    for (const each of found) say.warn(`\n${describeReplacingDefault(each)}`);
    return;
  }
  if (found.length === 0) return;
  const own = parseJson<NxJsonConfiguration>(tree.read('nx.json', 'utf-8') ?? '{}');
  // Entries in nx.json replace all of the file that it extends, so those go into it.
  const inherited =
    own.targetDefaults === undefined ? [{ path: ['targetDefaults'], value: targetDefaults }] : [];
  const edits = [...inherited, ...found.flatMap((each) => each.mend)];
  await editJsonFile(tree, 'nx.json', edits);
}
