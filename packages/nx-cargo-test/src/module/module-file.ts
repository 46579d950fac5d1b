import { posix } from 'node:path';
import type { OutlineModule } from './rust-outline';

/** Where rustc looks for the files of the modules that a place declares. */
export interface ModuleDirectory {
  /** Folder that `#[path]` counts from. */
  readonly folder: string;
  /** In `foo.rs`, which is not `mod.rs`: `foo`, the folder that its submodules' files lie in. */
  readonly relative?: string;
}

/** One place where a module's content may stand. */
export interface ModuleChoice {
  /** The file, or `undefined` for an inline module. */
  readonly file?: string;
  readonly directory: ModuleDirectory;
  /** Predicates of a `cfg_attr(..., path = ...)` that choose this place. */
  readonly conditions: readonly string[];
}

/**
 * Resolves a module declaration by rustc's rules (rustc_expand::module):
 * `#[path]` counts from the folder of the file, or of the inline modules
 * around, and makes what it names a root like `mod.rs`; without it, `name.rs`
 * comes before `name/mod.rs`.
 *
 * Several choices come from `cfg_attr(a, path = "x.rs")`: every one whose file
 * exists, or the plain place if none does.
 */
export function moduleFile(
  module: OutlineModule,
  directory: ModuleDirectory,
  exists: (file: string) => boolean,
): readonly ModuleChoice[] {
  const always = module.paths.find(({ conditions }) => conditions.length === 0);
  const conditional = module.paths
    .filter(({ conditions }) => conditions.length > 0)
    .map(({ path, conditions }) => atPath(module, directory, path, conditions))
    .filter(({ file }) => file === undefined || exists(file));
  const plain =
    always === undefined
      ? atName(module, directory, exists)
      : atPath(module, directory, always.path, []);
  const plainExists = plain.file === undefined || exists(plain.file);
  return conditional.length > 0 && !plainExists ? conditional : [...conditional, plain];
}

function atPath(
  module: OutlineModule,
  directory: ModuleDirectory,
  path: string,
  conditions: readonly string[],
): ModuleChoice {
  const target = posix.isAbsolute(path)
    ? posix.normalize(path)
    : posix.join(directory.folder, path);
  return module.items === undefined
    ? { file: target, directory: { folder: posix.dirname(target) }, conditions }
    : { directory: { folder: target }, conditions };
}

function atName(
  module: OutlineModule,
  directory: ModuleDirectory,
  exists: (file: string) => boolean,
): ModuleChoice {
  const { name } = module;
  const folder = posix.join(directory.folder, directory.relative ?? '');
  if (module.items !== undefined) {
    return { directory: { folder: posix.join(folder, name) }, conditions: [] };
  }
  const file = posix.join(folder, `${name}.rs`);
  const modFile = posix.join(folder, name, 'mod.rs');
  if (!exists(file) && exists(modFile)) {
    return { file: modFile, directory: { folder: posix.join(folder, name) }, conditions: [] };
  }
  return { file, directory: { folder, relative: name }, conditions: [] };
}
