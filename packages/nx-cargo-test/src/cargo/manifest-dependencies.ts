import { posix } from 'node:path';
import type { PathDependency } from './metadata';
import { asString, asTable, either, type TomlTable } from './toml-table';

/** The tables of dependencies that a Cargo workspace hands down. */
export interface SharedDependencies {
  readonly dependencies: TomlTable | undefined;
  /** Absolute path of the workspace's folder. */
  readonly folder: string;
}

/**
 * The dependencies of a package that lie in folders: of every kind and for every target,
 * under their packages' names, and those that it has from its workspace.
 *
 * @param folder Absolute path of the package's folder.
 * @returns an `Error` for one that the workspace does not have.
 */
export function manifestDependencies(
  manifest: TomlTable,
  folder: string,
  shared: SharedDependencies,
): readonly PathDependency[] | Error {
  const places = [manifest, ...Object.values(asTable(manifest['target']) ?? {}).map(asTable)];
  const found: PathDependency[] = [];
  for (const place of places) {
    for (const [kind, ...names] of kinds) {
      const table = asTable(either(place, ...names)) ?? {};
      for (const [key, value] of Object.entries(table)) {
        const inherits = asTable(value)?.['workspace'] === true;
        const given = inherits ? shared.dependencies?.[key] : value;
        if (inherits && given === undefined) {
          return new Error(`the workspace has no dependency ${key} to inherit`);
        }
        const path = asString(asTable(given)?.['path']);
        if (path === undefined) continue;
        found.push({
          name: asString(asTable(given)?.['package']) ?? key,
          folder: posix.resolve(inherits ? shared.folder : folder, path),
          kind,
        });
      }
    }
  }
  return found;
}

const kinds = [
  ['normal', 'dependencies'],
  ['dev', 'dev-dependencies', 'dev_dependencies'],
  ['build', 'build-dependencies', 'build_dependencies'],
] as const;
