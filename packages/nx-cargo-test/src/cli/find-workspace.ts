import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { CargoTestError } from '../errors';

type Environment = Record<string, string | undefined>;

/**
 * Root of the Nx workspace that a folder is in: the nearest folder above with an
 * `nx.json`, unless `NX_WORKSPACE_ROOT_PATH` names it.
 *
 * @throws {CargoTestError} `NO_WORKSPACE`.
 */
export function findWorkspace(folder: string, environment: Readonly<Environment>): string {
  const configured = environment['NX_WORKSPACE_ROOT_PATH'];
  const candidates = configured ? [resolve(folder, configured)] : foldersAbove(resolve(folder));
  const root = candidates.find((candidate) => existsSync(join(candidate, 'nx.json')));
  if (root === undefined) {
    const where = configured ? `in ${configured}` : `in ${folder} or above it`;
    throw new CargoTestError('NO_WORKSPACE', `there is no nx.json ${where}`);
  }
  return root;
}

/**
 * Sets the variables by which Nx's workspace data folder is configured as Nx does
 * before each command: from the root's env files, where the environment does not
 * have them yet.
 */
export function loadDataFolderVariables(workspaceRoot: string, environment: Environment): void {
  const values = readEnvironmentFiles(workspaceRoot);
  for (const name of ['NX_WORKSPACE_DATA_DIRECTORY', 'NX_PROJECT_GRAPH_CACHE_DIRECTORY']) {
    const value = values[name];
    if (value !== undefined) environment[name] ??= value;
  }
}

/** Variables of the root's env files, which Nx sets where the environment does not have them. */
export function readEnvironmentFiles(workspaceRoot: string): Environment {
  // Of a variable that several have, the last of these counts.
  const files = ['.env', '.env.local', '.local.env'];
  return Object.fromEntries(
    files.flatMap((file) => Object.entries(readEnvironmentFile(join(workspaceRoot, file)))),
  );
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}

/** Anything but a file that can be read, for example a Python environment, has no variables. */
function readEnvironmentFile(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
