import { messageOf } from '../errors';
import { resolveOptions, type ResolvedOptions } from '../plugin/plugin-options';

/** A list in targetDefaults that replaces an inferred one. */
export interface ReplacedList {
  readonly key: string;
  readonly list: 'dependsOn' | 'inputs' | 'outputs';
  readonly entries: readonly unknown[];
}

/** What nx.json says of what a doctor asks about. */
export interface NxJson {
  /** Why it, or the plugin's options in it, can't be read. */
  readonly trouble?: string;
  /** The plugin's options; the defaults if they can't be read. */
  readonly options: ResolvedOptions;
  /** Whether it names the plugin. */
  readonly isNamed: boolean;
  /** Another file that it extends, which is not looked at. */
  readonly base?: string;
  readonly replacedLists: readonly ReplacedList[];
  readonly cacheDirectory?: string;
  /** Why results may come from another machine: Nx Cloud, or an own runner. */
  readonly remoteCache?: string;
}

/**
 * Reads nx.json as far as a doctor asks. Never throws: a workspace whose nx.json is
 * broken is one that needs a doctor.
 *
 * @param text Its content; undefined where there is none.
 * @param parse Parses JSON with comments, as Nx does.
 */
export function readNxJson(
  text: string | undefined,
  parse: (text: string) => unknown,
  pluginName = 'nx-cargo-test',
): NxJson {
  const nothing: NxJson = { options: resolveOptions({}), isNamed: false, replacedLists: [] };
  if (text === undefined) return nothing;
  let root: Table;
  try {
    root = tableOf(parse(text));
  } catch (error) {
    return { ...nothing, trouble: `nx.json can't be read: ${messageOf(error)}` };
  }
  const entries = Array.isArray(root['plugins']) ? (root['plugins'] as unknown[]) : [];
  const entry = entries.find(
    (each) => each === pluginName || tableOf(each)['plugin'] === pluginName,
  );
  const cacheDirectory = root['cacheDirectory'];
  const cloud = ['nxCloudId', 'nxCloudAccessToken'].find((key) => typeof root[key] === 'string');
  const read: NxJson = {
    ...nothing,
    isNamed: entry !== undefined,
    ...(typeof root['extends'] === 'string' ? { base: root['extends'] } : {}),
    replacedLists: replacedLists(tableOf(root['targetDefaults'])),
    ...(typeof cacheDirectory === 'string' ? { cacheDirectory } : {}),
    ...(cloud === undefined ? {} : { remoteCache: `nx.json has ${cloud}` }),
  };
  try {
    return { ...read, options: resolveOptions(tableOf(entry)['options']) };
  } catch (error) {
    return { ...read, trouble: messageOf(error) };
  }
}

type Table = Readonly<Record<string, unknown>>;

function tableOf(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Table)
    : {};
}

/**
 * Lists under keys that can only mean targets of this plugin, or `test`, which the
 * crates have too. Which target a pattern meets only Nx's graph tells.
 */
function replacedLists(targetDefaults: Table): ReplacedList[] {
  return Object.entries(targetDefaults).flatMap(([key, value]) => {
    if (!/^(?:test|test-.*|build-tests|nx-cargo-test:.*)$/.test(key)) return [];
    // Nx 23 takes a list of settings with filters too.
    const settings = Array.isArray(value) ? value.filter((each) => isOurs(tableOf(each))) : [value];
    return settings.flatMap((each) =>
      (['dependsOn', 'inputs', 'outputs'] as const).flatMap((list): ReplacedList[] => {
        const entries: unknown = tableOf(each)[list];
        return Array.isArray(entries) && !entries.includes('...') ? [{ key, list, entries }] : [];
      }),
    );
  });
}

/** What is for another plugin or executor does not concern our targets. */
function isOurs(setting: Table): boolean {
  const filter = tableOf(setting['filter']);
  const { plugin, executor } = filter;
  return (
    (plugin === undefined || plugin === 'nx-cargo-test') &&
    (typeof executor !== 'string' || executor.startsWith('nx-cargo-test:'))
  );
}
