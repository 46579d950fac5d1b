import { dirname, join } from 'node:path';
import type { CargoWorkspace } from '../cargo/metadata';
import type { BuildUnit } from './build-units';
import { packageClosure } from './package-closure';

/** Which files a unit may have read without cargo being told. */
export type MayRead = (unit: BuildUnit, file: string) => boolean;

/**
 * Build scripts may read whatever they like, and so may procedural macros while
 * a crate is compiled that uses them, directly or through another crate, and the
 * assembler where a crate's assembly asks for a file. They
 * are expected to read in the packages that theirs depends on, and in the Cargo
 * workspace's own files. Macros of packages from a registry are left out: nearly
 * every crate uses some, and would be compiled again for each change of a text.
 *
 * @param units All units of the build.
 * @param assembles See {@link findAssembling}.
 */
export function undeclaredReads(
  cargo: CargoWorkspace,
  units: readonly BuildUnit[],
  assembles: (unit: BuildUnit) => boolean,
): MayRead {
  const shared = new Set(workspaceFiles(cargo));
  const owner = packageOf(cargo, units);
  const macros = units.filter(({ isMacro }) => isMacro).map(({ packageFolder }) => packageFolder);
  const members = new Set(cargo.packages.map(({ manifestFile }) => dirname(manifestFile)));
  const closures = new Map<string, ReadonlySet<string>>();
  const closureOf = (folder: string): ReadonlySet<string> => {
    const closure = closures.get(folder) ?? packageClosure(cargo, folder);
    closures.set(folder, closure);
    return closure;
  };
  return (unit, file) => {
    const closure = closureOf(unit.packageFolder);
    // What a package outside of the Cargo workspace depends on is not known.
    const usesMacros =
      macros.some((folder) => closure.has(folder)) ||
      (macros.length > 0 && [...closure].some((folder) => !members.has(folder)));
    if (unit.type === 'crate' && !usesMacros && !assembles(unit)) return false;
    const folder = owner(file);
    return shared.has(file) || (folder !== undefined && closure.has(folder));
  };
}

/**
 * Tells of which crates the assembly asks for files. Nor does rustc know them, so that
 * incremental compilation keeps what it made of others.
 *
 * @param readText Content of a source; empty for one that is not there.
 */
export function findAssembling(readText: (file: string) => string): (unit: BuildUnit) => boolean {
  const known = new Map<string, boolean>();
  return ({ type, stamp, files }) => {
    const assembles =
      known.get(stamp) ??
      (type === 'crate' && files.some((file) => ASSEMBLED.test(readText(file))));
    known.set(stamp, assembles);
    return assembles;
  };
}

/** Directives of assemblers that read another file, as Rust's literals hold them, too. */
const ASSEMBLED = /\.(?:incbin|include)\s*\\?["']/;

/** Finds the folder of the package that a file belongs to: the innermost around it. */
export function packageOf(
  cargo: CargoWorkspace,
  units: readonly BuildUnit[],
): (file: string) => string | undefined {
  const folders = [
    ...new Set([
      ...cargo.packages.map(({ manifestFile }) => dirname(manifestFile)),
      ...units.map(({ packageFolder }) => packageFolder),
    ]),
  ].sort((a, b) => b.length - a.length);
  return (file) => folders.find((folder) => file.startsWith(`${folder}/`));
}

/** Files of the Cargo workspace itself, absolute. */
export function workspaceFiles({ folder }: CargoWorkspace): string[] {
  return [join(folder, 'Cargo.toml'), join(folder, 'Cargo.lock')];
}
