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

/** Targets of a crate, by one of each executor. */
const TARGETS: readonly (readonly [string, string])[] = [
  ['test', 'nx-cargo-test:group'],
  ['build-tests', 'nx-cargo-test:build-tests'],
  ['test-doc', 'nx-cargo-test:test-doc'],
  ['test-module', 'nx-cargo-test:test-module'],
];

/**
 * Lists that meet targets of this plugin by Nx's rule: of a target the key of its
 * executor counts, else that of its name, else the longest pattern. What is for some
 * projects only is left out: which ones only Nx's graph tells.
 */
function replacedLists(targetDefaults: Table): ReplacedList[] {
  const keys = Object.keys(targetDefaults);
  const named = keys
    .filter((key) => /^test-[\w.-]+$/.test(key))
    .map((key) => [key, 'nx-cargo-test:test-module'] as const);
  const found = new Map<string, ReplacedList>();
  for (const [name, executor] of [...TARGETS, ...named]) {
    for (const key of keysFor(name, executor, keys)) {
      const settings = settingsOf(targetDefaults[key]).filter((each) => isFor(each, executor));
      if (settings.length === 0) continue;
      for (const each of settings.flatMap((setting) => listsOf(key, setting)))
        found.set(`${each.key} ${each.list}`, each);
      break;
    }
  }
  return [...found.values()];
}

/** Keys that may count for a target, the one that does so first. */
function keysFor(name: string, executor: string, keys: readonly string[]): string[] {
  const patterns = keys.filter((key) => key.includes('*') && matches(key, name));
  return [
    ...[executor, name].filter((key) => keys.includes(key)),
    ...patterns.sort((a, b) => b.length - a.length),
  ];
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

/** Nx 23 takes a list of settings with filters too. */
function settingsOf(value: unknown): Table[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map(tableOf);
}

function isFor(setting: Table, executor: string): boolean {
  const filter = tableOf(setting['filter']);
  return (
    filter['projects'] === undefined &&
    (filter['plugin'] ?? 'nx-cargo-test') === 'nx-cargo-test' &&
    (filter['executor'] ?? executor) === executor
  );
}

function listsOf(key: string, setting: Table): ReplacedList[] {
  return (['dependsOn', 'inputs', 'outputs'] as const).flatMap((list): ReplacedList[] => {
    const entries: unknown = setting[list];
    return Array.isArray(entries) && !entries.includes('...') ? [{ key, list, entries }] : [];
  });
}
