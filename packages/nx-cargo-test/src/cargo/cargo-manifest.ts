import { parse } from 'smol-toml';
import type { TestBinaryId } from '../module/test-module';

/** What a Cargo.toml says that `cargo metadata` does not repeat. */
export interface CargoManifest {
  /** Name of its package; absent in a virtual manifest. */
  readonly packageName?: string;
  /** `[workspace]`, if the file is the root of a Cargo workspace. */
  readonly workspace?: { readonly members: readonly string[]; readonly exclude: readonly string[] };
  /** `package.workspace`: the folder of the workspace that it belongs to, relative to its own. */
  readonly workspaceFolder?: string;
  /** Targets with `harness = false`. */
  readonly unharnessed: readonly TestBinaryId[];
  /** Folders that `[patch]` and `[replace]` point to, relative to the file's own. */
  readonly patchFolders: readonly string[];
}

/**
 * Reads a Cargo.toml as far as inference needs it. Values of the wrong type are
 * passed over, because cargo itself reports them.
 *
 * @returns an `Error` when the text is no TOML.
 */
export function parseCargoManifest(text: string): CargoManifest | Error {
  let root: Table;
  try {
    root = parse(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const cargoPackage = table(root['package']) ?? table(root['project']);
  const packageName = string(cargoPackage?.['name']);
  const workspaceFolder = string(cargoPackage?.['workspace']);
  const workspace = table(root['workspace']);
  return {
    ...(packageName === undefined ? {} : { packageName }),
    ...(workspaceFolder === undefined ? {} : { workspaceFolder }),
    ...(workspace === undefined
      ? {}
      : {
          workspace: {
            members: strings(workspace['members']),
            exclude: strings(workspace['exclude']),
          },
        }),
    unharnessed: unharnessedTargets(root, packageName ?? ''),
    patchFolders: [
      ...tables(root['patch']).flatMap((source) => tables(source)),
      ...tables(root['replace']),
    ].flatMap((replacement) => string(replacement['path']) ?? []),
  };
}

/**
 * Guesses the package's name from a Cargo.toml that is no TOML, so that the
 * project which reports the error keeps its name.
 */
export function guessPackageName(text: string): string | undefined {
  const afterPackage = /^\s*\[package\]\s*$([\s\S]*)/m.exec(text)?.[1] ?? '';
  const section = afterPackage.split(/^\s*\[/m)[0] ?? '';
  return /^\s*name\s*=\s*["']([A-Za-z0-9_-]+)["']/m.exec(section)?.[1];
}

type Table = Readonly<Record<string, unknown>>;

const targetTables = [
  ['bin', 'bin'],
  ['example', 'example'],
  ['test', 'test'],
  ['bench', 'bench'],
] as const;

function unharnessedTargets(root: Table, packageName: string): readonly TestBinaryId[] {
  const library = table(root['lib']);
  const found: TestBinaryId[] = [];
  if (library?.['harness'] === false) {
    const name = string(library['name']) ?? packageName.replaceAll('-', '_');
    found.push({ kind: 'lib', name });
  }
  for (const [key, kind] of targetTables) {
    for (const target of tables(root[key])) {
      const name = string(target['name']);
      if (target['harness'] === false && name !== undefined) found.push({ kind, name });
    }
  }
  return found;
}

function table(value: unknown): Table | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Table)
    : undefined;
}

/** The tables in an array, or those that are values of a table. */
function tables(value: unknown): readonly Table[] {
  const values: readonly unknown[] = Array.isArray(value)
    ? value
    : Object.values(table(value) ?? {});
  return values.map(table).filter((each) => each !== undefined);
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
