import { join } from 'node:path';
import type { CargoMessages } from '../cargo/cargo-messages';
import type { BuildFiles } from './build-files';
import { findBuildScriptOutput } from './build-script-output';
import { isPathPackage, packageNameOf, readBuildUnits, scriptOutputMissing } from './build-units';

/** Something that a build read. */
export interface BuildInput {
  /** Absolute path of a file or folder, or name of a variable. */
  readonly name: string;
  /** Who read it, for messages: `src/lib.rs of glommio`, `build script of glommio`. */
  readonly reader: string;
}

/** An environment variable that a build asked for. */
export interface BuildVariable extends BuildInput {
  /** Only build scripts of packages from a registry or a git repository asked for it. */
  readonly onlyElsewhere: boolean;
}

/** What the build of the path packages read, and the variables that any build script asked for. */
export interface BuildInputs {
  readonly files: readonly BuildInput[];
  readonly variables: readonly BuildVariable[];
}

/**
 * Collects what a finished build read: the dep-info of every unit of a package
 * that lies in a folder, and what each build script told cargo. Of packages from
 * a registry, whose content is fixed, only the variables are of interest.
 *
 * @param cargoWorkspace Absolute path of the Cargo workspace's folder.
 * @param left What cargo left.
 * @throws {CargoTestError} `CARGO_BUILD_FAILED` if cargo did not leave these files where it does.
 */
export function readBuildInputs(
  messages: CargoMessages,
  cargoWorkspace: string,
  left: BuildFiles,
): BuildInputs {
  const files = new Map<string, BuildInput>();
  const variables = new Map<string, BuildVariable>();
  const addFile = (name: string, reader: string): void => {
    if (!files.has(name)) files.set(name, { name, reader });
  };
  const addVariable = (name: string, reader: string, onlyElsewhere: boolean): void => {
    const known = variables.get(name);
    if (known === undefined || (known.onlyElsewhere && !onlyElsewhere))
      variables.set(name, { name, reader, onlyElsewhere });
  };
  const units = readBuildUnits(messages, cargoWorkspace, left);
  for (const { type, name, packageFolder, ...unit } of units) {
    if (type === 'crate') addFile(join(packageFolder, 'Cargo.toml'), name);
    for (const file of unit.files) addFile(file, name);
    for (const variable of unit.variables) addVariable(variable, name, false);
  }
  for (const script of messages.buildScripts) {
    if (isPathPackage(script.packageId)) continue;
    const output = findBuildScriptOutput(script.outDir, left);
    if (output === undefined) throw scriptOutputMissing(script);
    const reader = `the build script of ${packageNameOf(script.packageId)}`;
    for (const variable of output.inputs.variables) addVariable(variable, reader, true);
  }
  return { files: [...files.values()], variables: [...variables.values()] };
}
