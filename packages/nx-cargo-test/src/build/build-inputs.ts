import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { CargoMessages, CompilerArtifact } from '../cargo/cargo-messages';
import { CargoTestError } from '../errors';
import { parseBuildScriptOutput } from './build-script-output';
import { parseDepInfo } from './dep-info';

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
 * @throws {CargoTestError} `CARGO_BUILD_FAILED` if cargo did not leave these files where it does.
 */
export function readBuildInputs(messages: CargoMessages, cargoWorkspace: string): BuildInputs {
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
  for (const artifact of messages.artifacts.filter(({ packageId }) => isPathPackage(packageId))) {
    const packageFolder = dirname(artifact.manifestPath);
    const reader = `${artifact.name} of ${packageFolder}`;
    // cargo starts rustc in the workspace's folder for packages in it, else in the package's.
    const directory = artifact.sourceFile.startsWith(`${cargoWorkspace}/`)
      ? cargoWorkspace
      : packageFolder;
    addFile(artifact.manifestPath, reader);
    const depInfo = parseDepInfo(readFileSync(depInfoFile(artifact), 'utf8'));
    for (const file of depInfo.files) addFile(resolve(directory, file), reader);
    for (const variable of depInfo.variables) addVariable(variable, reader, false);
  }
  for (const script of messages.buildScripts) {
    const inputs = parseBuildScriptOutput(readScriptOutput(script.outDir, script.packageId));
    const reader = `the build script of ${packageName(script.packageId)}`;
    const isOwn = isPathPackage(script.packageId);
    for (const variable of inputs.variables) addVariable(variable, reader, !isOwn);
    if (!isOwn) continue;
    const packageFolder = messages.artifacts.find(
      ({ packageId }) => packageId === script.packageId,
    )?.manifestPath;
    if (packageFolder === undefined) continue;
    for (const file of inputs.files) addFile(resolve(dirname(packageFolder), file), reader);
  }
  return { files: [...files.values()], variables: [...variables.values()] };
}

/** Whether cargo found the package in a folder, not in a registry or a git repository. */
export function isPathPackage(packageId: string): boolean {
  return packageId.startsWith('path+') || /\(path\+/.test(packageId);
}

function packageName(packageId: string): string {
  const [source = '', fragment = ''] = packageId.split('#');
  return fragment.includes('@') ? (fragment.split('@')[0] ?? '') : basename(source);
}

/** `deps/libname-hash.rlib` and `deps/name-hash` both have their dep-info in `deps/name-hash.d`. */
function depInfoFile(artifact: CompilerArtifact): string {
  const crate = artifact.name.replaceAll('-', '_');
  const unit = new RegExp(`^(?:lib)?(${escapeExpression(crate)}-[0-9a-f]+)(?:\\.[a-z]+)?$`);
  for (const file of artifact.filenames) {
    const stem = unit.exec(basename(file))?.[1] ?? unhashedStem(file, crate);
    if (stem === undefined) continue;
    const candidate = join(dirname(file), `${stem}.d`);
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
  }
  // A file that cargo put in place under a plain name is a hard link of `name-hash` in `deps`, or beside it.
  for (const file of artifact.filenames) {
    const identity = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (identity === undefined) continue;
    for (const folder of [
      dirname(file),
      join(dirname(file), 'deps'),
      join(dirname(file), '../deps'),
    ]) {
      const found = hardLinkIn(folder, crate, identity);
      if (found !== undefined) return join(folder, `${found}.d`);
    }
  }
  throw new CargoTestError(
    'CARGO_BUILD_FAILED',
    `the dep-info file of ${artifact.filenames.join(', ')} is missing, though cargo finds it up to date; ` +
      `\`cargo clean -p ${packageName(artifact.packageId)}\` mends that`,
  );
}

/** Shared libraries carry no hash in their name, not even in `deps`. */
function unhashedStem(file: string, crate: string): string | undefined {
  return basename(dirname(file)) === 'deps' && basename(file).startsWith(`lib${crate}.`)
    ? crate
    : undefined;
}

function hardLinkIn(
  folder: string,
  crate: string,
  identity: { readonly ino: bigint; readonly dev: bigint; readonly size: bigint },
): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const stems = names.flatMap((name) => {
    const stem = /^(?:lib)?(.+-[0-9a-f]+)\.d$/.exec(name)?.[1];
    return stem !== undefined && stem.replaceAll('-', '_').startsWith(`${crate}_`) ? [stem] : [];
  });
  return stems.find((stem) =>
    names
      .filter((name) => name !== `${stem}.d` && name.replace(/^lib/, '').startsWith(stem))
      .some((name) => {
        const state = statSync(join(folder, name), { bigint: true, throwIfNoEntry: false });
        return state?.ino === identity.ino && state.dev === identity.dev;
      }),
  );
}

function readScriptOutput(outDir: string, packageId: string): string {
  for (const candidate of ['../output', '../stdout', '../run/stdout']) {
    const file = join(outDir, candidate);
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) return readFileSync(file, 'utf8');
  }
  throw new CargoTestError(
    'CARGO_BUILD_FAILED',
    `cargo left no record of what the build script of ${packageName(packageId)} printed beside ${outDir}`,
  );
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
