import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { readCargoMetadata, type CargoWorkspace } from '../cargo/metadata';
import { readManifestMetadata } from '../cargo/manifest-metadata';
import { CargoTestError } from '../errors';
import { digest, pluginVersion, type DiskCache } from '../disk-cache';
import type { ManifestGroup } from './group-manifests';

/** Cargo's answer for one group of Cargo.toml files. */
export type WorkspaceAnswer =
  | {
      readonly group: ManifestGroup;
      readonly workspace: CargoWorkspace;
      /** True when there is no cargo, and the Cargo.toml files themselves were read. */
      readonly withoutCargo?: boolean;
    }
  | { readonly group: ManifestGroup; readonly failure: CargoTestError };

/** Asks cargo about one workspace, see {@link readCargoMetadata}. */
export type ReadMetadata = (manifestFile: string) => Promise<CargoWorkspace>;

/** How Cargo workspaces are read. */
export interface WorkspaceReading {
  /** Default: {@link readCargoMetadata}. */
  readonly readMetadata?: ReadMetadata;
  /**
   * Whether this machine may have no cargo, since tests are built and run in a guest
   * that has one. Default: `false`
   */
  readonly cargoInGuest?: boolean;
}

/**
 * Asks cargo once per Cargo workspace. Answers are kept on disk by the content of
 * what they follow from; failures never are, because what mends them may leave
 * every file as it is.
 */
export async function readCargoWorkspaces(
  groups: readonly ManifestGroup[],
  workspaceRoot: string,
  cache: DiskCache,
  reading: WorkspaceReading = {},
): Promise<readonly WorkspaceAnswer[]> {
  const surroundings = describeSurroundings(workspaceRoot);
  const answers: WorkspaceAnswer[] = [];
  const pending = groups.entries();
  // More at a time would only make cargo wait for the processors.
  const workers = Array.from({ length: 4 }, async () => {
    for (const [index, group] of pending) {
      answers[index] = await readGroup(group, workspaceRoot, surroundings, cache, reading);
    }
  });
  await Promise.all(workers);
  return answers;
}

async function readGroup(
  group: ManifestGroup,
  workspaceRoot: string,
  surroundings: string,
  cache: DiskCache,
  { readMetadata = readCargoMetadata, cargoInGuest = false }: WorkspaceReading,
): Promise<WorkspaceAnswer> {
  const name = `metadata ${group.root.file}`;
  const key = digest(
    pluginVersion(),
    workspaceRoot,
    surroundings,
    describeGroup(group, workspaceRoot),
  );
  const known = cache.read(name, key);
  // The key holds the version that wrote the value, so its shape is known.
  if (known !== undefined) return { group, workspace: known as CargoWorkspace };
  const manifestFile = join(workspaceRoot, group.root.file);
  try {
    const workspace = await readMetadata(manifestFile);
    cache.write(name, key, workspace);
    return { group, workspace };
  } catch (error) {
    if (cargoInGuest && error instanceof CargoTestError && error.code === 'CARGO_NOT_FOUND') {
      return readWithoutCargo(group, manifestFile);
    }
    return { group, failure: asFailure(error) };
  }
}

/** The answer is not kept: to read the files costs less than to look whether they changed. */
function readWithoutCargo(group: ManifestGroup, manifestFile: string): WorkspaceAnswer {
  try {
    const workspace = readManifestMetadata(manifestFile, cargoHomeOf(process.env), process.env);
    return { group, workspace, withoutCargo: true };
  } catch (error) {
    return { group, failure: asFailure(error) };
  }
}

function asFailure(error: unknown): CargoTestError {
  return error instanceof CargoTestError
    ? error
    : new CargoTestError('CARGO_METADATA_FAILED', String(error), { cause: error });
}

function cargoHomeOf(env: Readonly<Record<string, string | undefined>>): string {
  return env['CARGO_HOME'] ?? join(env['HOME'] ?? '', '.cargo');
}

/** Text of every Cargo.toml of the group, and the files from which cargo infers targets. */
function describeGroup(group: ManifestGroup, workspaceRoot: string): string {
  return digest(
    ...group.files.flatMap(({ file, folder, text }) => {
      const absolute = join(workspaceRoot, folder);
      const inferred = inferredTargetFolders.map((each) => listing(join(absolute, each)));
      const configuration = ['config.toml', 'config'].map((each) =>
        content(join(absolute, '.cargo', each)),
      );
      return [file, text, ...inferred, ...configuration];
    }),
  );
}

const inferredTargetFolders = ['.', 'src', 'src/bin', 'examples', 'tests', 'benches'];

/** Names that can be, or can hold, a target that Cargo.toml does not name. */
function listing(folder: string): string {
  try {
    return readdirSync(folder)
      .map((name) => (fileStat(join(folder, name, 'main.rs')) ? `${name}/main.rs` : name))
      .filter((name) => name.endsWith('.rs'))
      .sort()
      .join('\n');
  } catch {
    return '';
  }
}

/** Which cargo answers, and its configuration around the Nx workspace. */
function describeSurroundings(workspaceRoot: string): string {
  const { env } = process;
  const rustup = env['RUSTUP_HOME'] ?? join(env['HOME'] ?? '', '.rustup');
  const cargoHome = cargoHomeOf(env);
  const variables = ['RUSTUP_TOOLCHAIN', 'CARGO_TARGET_DIR', 'CARGO_BUILD_TARGET_DIR'];
  return digest(
    cargoIdentity(env['PATH'] ?? ''),
    ...variables.map((name) => `${name}=${env[name] ?? ''}`),
    content(join(rustup, 'settings.toml')),
    content(join(cargoHome, 'config.toml')),
    content(join(cargoHome, 'config')),
    ...upward(workspaceRoot).flatMap((folder) =>
      ['.cargo/config.toml', '.cargo/config', 'rust-toolchain.toml', 'rust-toolchain'].map((name) =>
        content(join(folder, name)),
      ),
    ),
  );
}

/** Place, size and time of the cargo that PATH names: to ask it for its version would cost a process. */
function cargoIdentity(path: string): string {
  const names = process.platform === 'win32' ? ['cargo.exe', 'cargo'] : ['cargo'];
  for (const folder of path.split(delimiter)) {
    for (const name of names) {
      const file = join(folder, name);
      const stat = folder === '' ? undefined : fileStat(file);
      if (stat !== undefined) return `${file} ${stat.size} ${stat.mtimeMs}`;
    }
  }
  return 'none';
}

function upward(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upward(above)];
}

/** `undefined` also where a file stands in place of a folder on the way, for which statSync throws. */
function fileStat(file: string): Stats | undefined {
  try {
    const stat = statSync(file);
    return stat.isFile() ? stat : undefined;
  } catch {
    return undefined;
  }
}

function content(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
