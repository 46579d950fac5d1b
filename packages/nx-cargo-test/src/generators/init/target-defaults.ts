import type { NxJsonConfiguration } from '@nx/devkit';
import type { JsonEdit } from '../edit-json-text';

const LISTS = ['dependsOn', 'inputs', 'outputs'] as const;

/** The executor of the target `test` and of groups. */
const GROUP = 'nx-cargo-test:group';

/** An entry of `targetDefaults` that replaces lists which the plugin infers. */
export interface ReplacingDefault {
  /** A target name or an executor. */
  readonly key: string;
  readonly lists: readonly string[];
  /** What in nx.json makes the inferred lists count again. */
  readonly mend: readonly JsonEdit[];
}

/**
 * Finds the entries of `targetDefaults` without which `test` would stand for more: a
 * list there replaces the inferred one unless it holds "...".
 */
export function replacingDefaults(
  targetDefaults: NxJsonConfiguration['targetDefaults'],
): readonly ReplacingDefault[] {
  const defaults = (targetDefaults ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(defaults).flatMap(([key, value]): readonly ReplacingDefault[] => {
    // Nx takes the entry of the executor, and only if there is none that of the name.
    if (key === 'test' ? GROUP in defaults : !isOurs(key)) return [];
    const entries = (Array.isArray(value) ? value : [value]) as readonly unknown[];
    const found = entries.flatMap((entry, index) =>
      LISTS.flatMap((list) => {
        const items = (entry as Readonly<Record<string, unknown>> | null)?.[list];
        if (!Array.isArray(items) || items.includes('...')) return [];
        const path = ['targetDefaults', key, ...(Array.isArray(value) ? [index] : []), list];
        return [{ list, edit: { path, value: ['...', ...(items as unknown[])] } }];
      }),
    );
    if (found.length === 0) return [];
    return [
      {
        key,
        lists: [...new Set(found.map(({ list }) => list))],
        // `test` is a target of other projects too: theirs stays as it is.
        mend:
          key === 'test'
            ? [{ path: ['targetDefaults', GROUP], value: {} }]
            : found.map(({ edit }) => edit),
      },
    ];
  });
}

/** Says what an entry does, and how to mend it. */
export function describeReplacingDefault({ key, lists }: ReplacingDefault): string {
  const what = `targetDefaults in nx.json: ${key} has ${lists.join(', ')} without "...", which would replace what nx-cargo-test infers; the targets would then fail with TARGET_DEFAULTS_REPLACED.`;
  const how =
    key === 'test'
      ? `\`nx g nx-cargo-test:init --mendTargetDefaults\` adds an empty entry "${GROUP}", so that ${key} counts for other projects only.`
      : `\`nx g nx-cargo-test:init --mendTargetDefaults\` writes "..." first.`;
  return `${what}\n${how}`;
}

/** The plugin's executors, and names that other projects hardly have: `test-ci` may well be another's. */
function isOurs(key: string): boolean {
  return key === 'build-tests' || key === 'test-doc' || key.startsWith('nx-cargo-test:');
}
