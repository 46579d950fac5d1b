import { parseJson, readNxJson, type NxJsonConfiguration, type Tree } from '@nx/devkit';
import { CargoTestError } from '../errors';
import { editJsonFile } from './edit-json-file';

const PLUGIN = 'nx-cargo-test';

type Plugin = NonNullable<NxJsonConfiguration['plugins']>[number];

/**
 * Names the plugin in nx.json.
 *
 * @returns false if it was there.
 */
export async function registerPlugin(tree: Tree): Promise<boolean> {
  const plugins = readNxJson(tree)?.plugins ?? [];
  if (plugins.some(isOurs)) return false;
  // A list in nx.json replaces the one of the file that it extends, so that goes into it.
  const edit = ownPlugins(tree)
    ? { path: ['plugins', -1], value: PLUGIN }
    : { path: ['plugins'], value: [...plugins, PLUGIN] };
  await editJsonFile(tree, 'nx.json', [edit]);
  return true;
}

/**
 * The plugin's options as nx.json has them.
 *
 * @throws {CargoTestError} `INVALID_OPTIONS` when nx.json does not name the plugin.
 */
export function readPluginOptions(tree: Tree): Readonly<Record<string, unknown>> {
  const entry = readNxJson(tree)?.plugins?.find(isOurs);
  if (entry === undefined) throw unnamed();
  return typeof entry === 'string' ? {} : ((entry.options ?? {}) as Record<string, unknown>);
}

/**
 * Sets a value in the plugin's options in nx.json.
 *
 * @param path Keys below `options`.
 * @throws {CargoTestError} `INVALID_OPTIONS` when nx.json itself does not name the plugin.
 */
export async function setPluginOption(
  tree: Tree,
  path: readonly string[],
  value: unknown,
): Promise<void> {
  const plugins = ownPlugins(tree) ?? [];
  const index = plugins.findIndex(isOurs);
  if (index === -1) throw unnamed();
  const toObject =
    typeof plugins[index] === 'string'
      ? [{ path: ['plugins', index], value: { plugin: PLUGIN } }]
      : [];
  await editJsonFile(tree, 'nx.json', [
    ...toObject,
    { path: ['plugins', index, 'options', ...path], value },
  ]);
}

function unnamed(): CargoTestError {
  return new CargoTestError(
    'INVALID_OPTIONS',
    'nx.json does not name the plugin nx-cargo-test; run `nx g nx-cargo-test:init` first',
  );
}

/** What nx.json itself lists, without the file that it extends. */
function ownPlugins(tree: Tree): readonly Plugin[] | undefined {
  const text = tree.read('nx.json', 'utf-8');
  return text === null ? undefined : parseJson<NxJsonConfiguration>(text).plugins;
}

function isOurs(plugin: Plugin): boolean {
  return (typeof plugin === 'string' ? plugin : plugin.plugin) === PLUGIN;
}
