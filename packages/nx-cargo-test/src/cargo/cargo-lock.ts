import { parse } from 'smol-toml';
import * as v from 'valibot';

/** Names of crates that a package of Cargo.lock depends on directly, by the package's name; both sorted. */
export type CratesByPackage = ReadonlyMap<string, readonly string[]>;

/**
 * The crates in a Cargo.lock that come from a registry or a repository. Versions are
 * left out, so two versions of one crate are one.
 */
export interface LockedCrates {
  /** Each such crate, and those of them that it depends on. */
  readonly crates: CratesByPackage;
  /** Packages in folders, and the crates that they depend on: for development and builds, too. */
  readonly packages: CratesByPackage;
}

const lockSchema = v.object({
  package: v.optional(
    v.array(
      v.object({
        name: v.string(),
        version: v.string(),
        source: v.optional(v.string()),
        dependencies: v.optional(v.array(v.string()), () => []),
      }),
    ),
    () => [],
  ),
});

type LockedPackage = v.InferOutput<typeof lockSchema>['package'][number];

/**
 * Reads a Cargo.lock.
 *
 * @returns an `Error` for a text that is none; cargo itself says what is wrong with it.
 */
export function parseCargoLock(text: string): LockedCrates | Error {
  let content: v.InferOutput<typeof lockSchema>;
  try {
    content = v.parse(lockSchema, parse(text));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const byName = new Map<string, LockedPackage[]>();
  for (const each of content.package) {
    byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  }
  const isCrate = (dependency: string): boolean => {
    // `name`, `name version` or `name version (source)`: no more than tells packages apart.
    const [name = '', version] = dependency.split(' ');
    const candidates = (byName.get(name) ?? []).filter(
      (each) => version === undefined || each.version === version,
    );
    return candidates.some(({ source }) => source !== undefined);
  };
  const dependenciesOf = (packages: readonly LockedPackage[]): CratesByPackage => {
    const names = new Map<string, Set<string>>();
    for (const { name, dependencies } of packages) {
      const known = names.get(name) ?? new Set<string>();
      for (const each of dependencies.filter(isCrate)) known.add(each.split(' ')[0] ?? each);
      names.set(name, known);
    }
    return new Map([...names].sort(byKey).map(([name, known]) => [name, [...known].sort()]));
  };
  return {
    crates: dependenciesOf(content.package.filter(({ source }) => source !== undefined)),
    packages: dependenciesOf(content.package.filter(({ source }) => source === undefined)),
  };
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
