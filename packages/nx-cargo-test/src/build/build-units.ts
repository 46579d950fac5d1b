import { basename, dirname, resolve } from 'node:path';
import type { BuildScriptRun, CargoMessages, CompilerArtifact } from '../cargo/cargo-messages';
import { CargoTestError } from '../errors';
import type { BuildFiles } from './build-files';
import { findBuildScriptOutput } from './build-script-output';
import { findDepInfoFile } from './dep-info-file';
import { parseDepInfo } from './dep-info';

/** Something that cargo made of a package that lies in a folder, or found to be up to date. */
export interface BuildUnit {
  /** A crate that rustc compiled, or the run of a build script. */
  readonly type: 'crate' | 'script';
  /** For messages: `glommio of /ws/glommio`, `the build script of glommio`. */
  readonly name: string;
  /** Absolute path of a file that is written whenever the unit is made, and at no other time. */
  readonly stamp: string;
  /** Absolute path of the package's folder. */
  readonly packageFolder: string;
  /** Absolute path of a source; cargo makes the unit again if it is newer than the unit. */
  readonly root: string;
  /** Absolute paths of the files and folders that cargo knows the unit to be made of. */
  readonly files: readonly string[];
  /** Environment variables that cargo knows it to be made of. */
  readonly variables: readonly string[];
  /** True for a crate of procedural macros. */
  readonly isMacro: boolean;
  /** False if cargo made it now; true for a script, of which cargo does not tell. */
  readonly fresh: boolean;
}

/**
 * Reads what cargo knows of each unit of a finished build: the dep-info of crates,
 * and what build scripts told. Packages from a registry or a git repository, whose
 * content is fixed, are left out.
 *
 * @param cargoWorkspace Absolute path of the Cargo workspace's folder.
 * @param files What cargo left.
 * @throws {CargoTestError} `CARGO_BUILD_FAILED` if cargo did not leave these files where it does.
 */
export function readBuildUnits(
  { artifacts, buildScripts }: CargoMessages,
  cargoWorkspace: string,
  files: BuildFiles,
): BuildUnit[] {
  const own = artifacts.filter(({ packageId }) => isPathPackage(packageId));
  const scripts = buildScripts.flatMap((script) => {
    // A script that cargo's configuration overrides is neither compiled nor run.
    const compiled = own.find(
      ({ packageId, kinds }) => packageId === script.packageId && kinds.includes('custom-build'),
    );
    return compiled === undefined ? [] : [scriptUnit(script, compiled, files)];
  });
  return [...own.map((artifact) => crateUnit(artifact, cargoWorkspace, files)), ...scripts];
}

/** Whether cargo found the package in a folder, not in a registry or a git repository. */
export function isPathPackage(packageId: string): boolean {
  return packageId.startsWith('path+') || /\(path\+/.test(packageId);
}

/** A package's name as its id has it. */
export function packageNameOf(packageId: string): string {
  const [source = '', fragment = ''] = packageId.split('#');
  return fragment.includes('@') ? (fragment.split('@')[0] ?? '') : basename(source);
}

/** @throws {CargoTestError} `CARGO_BUILD_FAILED`, since cargo leaves this record of every script. */
export function scriptOutputMissing({ outDir, packageId }: BuildScriptRun): CargoTestError {
  return new CargoTestError(
    'CARGO_BUILD_FAILED',
    `cargo left no record of what the build script of ${packageNameOf(packageId)} printed beside ${outDir}`,
  );
}

function crateUnit(
  artifact: CompilerArtifact,
  cargoWorkspace: string,
  left: BuildFiles,
): BuildUnit {
  const stamp = findDepInfoFile(artifact, left);
  if (stamp === undefined) {
    throw new CargoTestError(
      'CARGO_BUILD_FAILED',
      `the dep-info file of ${artifact.filenames.join(', ')} is missing, though cargo finds it up to date; ` +
        `\`cargo clean -p ${packageNameOf(artifact.packageId)}\` mends that`,
    );
  }
  const packageFolder = dirname(artifact.manifestPath);
  // cargo starts rustc in the workspace's folder for packages in it, else in the package's.
  const directory = artifact.sourceFile.startsWith(`${cargoWorkspace}/`)
    ? cargoWorkspace
    : packageFolder;
  const { files, variables } = parseDepInfo(left.readText(stamp));
  return {
    type: 'crate',
    name: `${artifact.name} of ${packageFolder}`,
    stamp,
    packageFolder,
    root: artifact.sourceFile,
    files: files.map((file) => resolve(directory, file)),
    variables,
    isMacro: artifact.kinds.includes('proc-macro'),
    fresh: artifact.fresh,
  };
}

function scriptUnit(
  script: BuildScriptRun,
  compiled: CompilerArtifact,
  left: BuildFiles,
): BuildUnit {
  const output = findBuildScriptOutput(script.outDir, left);
  if (output === undefined) throw scriptOutputMissing(script);
  const packageFolder = dirname(compiled.manifestPath);
  return {
    type: 'script',
    name: `the build script of ${packageNameOf(script.packageId)}`,
    stamp: output.file,
    packageFolder,
    root: compiled.sourceFile,
    files: output.inputs.files.map((file) => resolve(packageFolder, file)),
    variables: output.inputs.variables,
    isMacro: false,
    fresh: true,
  };
}
