import { execFile } from 'node:child_process';
import * as v from 'valibot';
import { CargoTestError } from '../errors';
import { parseJson } from '../fingerprint/fingerprint-file';

/** A Cargo target: a library, binary, test, example, bench or build script. */
export interface CargoTarget {
  readonly name: string;
  /** For example `lib`, `proc-macro`, `bin`, `test`; a library may have several. */
  readonly kind: readonly string[];
  /** Absolute path of its root source file. */
  readonly sourceFile: string;
  /** Whether `cargo test` builds its tests. */
  readonly test: boolean;
  /** Whether `cargo test` runs its doc tests; only ever true of a library that others can link. */
  readonly doctest: boolean;
  readonly requiredFeatures: readonly string[];
}

/** A dependency that lies in a folder. */
export interface PathDependency {
  readonly name: string;
  /** Absolute path of its package's folder. */
  readonly folder: string;
  readonly kind: 'normal' | 'dev' | 'build';
}

/** A member of a Cargo workspace. */
export interface CargoPackage {
  readonly name: string;
  /** Absolute path of its Cargo.toml. */
  readonly manifestFile: string;
  readonly targets: readonly CargoTarget[];
  readonly pathDependencies: readonly PathDependency[];
  /** What each feature enables, as Cargo.toml has it; absent if cargo was not asked. */
  readonly features?: Readonly<Record<string, readonly string[]>>;
}

/** What `cargo metadata --no-deps` says of one Cargo workspace. */
export interface CargoWorkspace {
  /** Absolute path of the Cargo workspace's folder. */
  readonly folder: string;
  /** Absolute path of cargo's target folder. */
  readonly targetFolder: string;
  /** Members, sorted by name and Cargo.toml. */
  readonly packages: readonly CargoPackage[];
}

/**
 * Asks cargo about the workspace that a Cargo.toml belongs to. Dependencies are
 * not resolved, so cargo needs no network and never writes Cargo.lock.
 *
 * @throws {CargoTestError} `CARGO_NOT_FOUND` without cargo; `CARGO_METADATA_FAILED`
 *   with cargo's own words if it refuses; `INVALID_FILE` if its answer is not understood.
 */
export async function readCargoMetadata(manifestFile: string): Promise<CargoWorkspace> {
  return parseCargoMetadata(await runCargoMetadata(manifestFile), manifestFile);
}

// Cargo adds fields with every version, so unknown ones are let through.
const metadataSchema = v.object({
  packages: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      manifest_path: v.string(),
      features: v.optional(v.record(v.string(), v.array(v.string())), {}),
      targets: v.array(
        v.object({
          name: v.string(),
          kind: v.array(v.string()),
          src_path: v.string(),
          test: v.optional(v.boolean(), true),
          doctest: v.optional(v.boolean(), false),
          'required-features': v.optional(v.array(v.string()), []),
        }),
      ),
      dependencies: v.array(
        v.object({
          name: v.string(),
          kind: v.nullable(v.picklist(['normal', 'dev', 'build'])),
          path: v.optional(v.nullable(v.string())),
        }),
      ),
    }),
  ),
  workspace_members: v.array(v.string()),
  workspace_root: v.string(),
  target_directory: v.string(),
});

/**
 * Reads the output of `cargo metadata --no-deps --format-version 1`.
 *
 * @throws {CargoTestError} `INVALID_FILE` naming the first wrong key.
 */
export function parseCargoMetadata(text: string, manifestFile: string): CargoWorkspace {
  const metadata = parseJson(metadataSchema, text, `output of cargo metadata for ${manifestFile}`);
  const members = new Set(metadata.workspace_members);
  const packages = metadata.packages
    .filter(({ id }) => members.has(id))
    .map((each): CargoPackage => ({
      name: each.name,
      manifestFile: forwardSlashes(each.manifest_path),
      targets: each.targets.map((target) => ({
        name: target.name,
        kind: target.kind,
        sourceFile: forwardSlashes(target.src_path),
        test: target.test,
        doctest: target.doctest,
        requiredFeatures: target['required-features'],
      })),
      pathDependencies: each.dependencies.flatMap(({ name, kind, path }) =>
        path ? [{ name, folder: forwardSlashes(path), kind: kind ?? 'normal' }] : [],
      ),
      features: each.features,
    }));
  const key = (each: CargoPackage): string => `${each.name}\0${each.manifestFile}`;
  return {
    folder: forwardSlashes(metadata.workspace_root),
    targetFolder: forwardSlashes(metadata.target_directory),
    packages: packages.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
  };
}

/** The arguments of cargo for {@link parseCargoMetadata}. */
export function metadataArguments(manifestFile: string): string[] {
  return [
    'metadata',
    '--no-deps',
    '--offline',
    '--format-version=1',
    '--color=never',
    `--manifest-path=${manifestFile}`,
  ];
}

function runCargoMetadata(manifestFile: string): Promise<string> {
  const args = metadataArguments(manifestFile);
  // In the package's folder, so that cargo and rustup read the configuration that a build reads.
  const cwd = manifestFile.slice(0, manifestFile.lastIndexOf('/')) || '/';
  const limits = { maxBuffer: 512 * 1024 * 1024, timeout: 120_000, windowsHide: true };
  return new Promise((resolve, reject) => {
    execFile('cargo', args, { cwd, ...limits }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === 'ENOENT') reject(cargoNotFound(error));
      else reject(metadataFailed(manifestFile, stderr, error));
    });
  });
}

function cargoNotFound(cause: Error): CargoTestError {
  return new CargoTestError(
    'CARGO_NOT_FOUND',
    'cargo was not found in PATH; install Rust from https://rustup.rs or add its bin folder to PATH',
    { cause },
  );
}

/** @param stderr What cargo said. */
export function metadataFailed(
  manifestFile: string,
  stderr: string,
  cause?: Error,
): CargoTestError {
  const words = stderr.trim() || cause?.message;
  return new CargoTestError(
    'CARGO_METADATA_FAILED',
    `cargo cannot read the workspace of ${manifestFile}:\n${words}`,
    cause === undefined ? undefined : { cause },
  );
}

function forwardSlashes(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}
