import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Names under which clippy looks for its configuration. */
export const CLIPPY_FILES: readonly string[] = ['clippy.toml', '.clippy.toml'];

/**
 * Arguments for clippy that change with its configuration. cargo knows a
 * configuration that clippy read, but not that there is one now where there was none:
 * it would show again what was found without it.
 *
 * @param packageFolder Absolute path of the package's folder.
 */
export function clippyConfigurationArguments(
  packageFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (file: string) => string | undefined = readIfThere,
): string[] {
  const hash = createHash('sha256');
  let found = 0;
  for (const file of clippyFiles(packageFolder, environment)) {
    const text = readFile(file);
    if (text === undefined) continue;
    found += 1;
    hash.update(`${text.length} ${text}`);
  }
  // A condition that no source asks for, and that is part of what cargo compares.
  return found === 0 ? [] : ['--cfg', `nx_clippy_toml="${hash.digest('hex').slice(0, 16)}"`];
}

/**
 * Absolute paths at which clippy looks for its configuration, whether it is there or not.
 *
 * @param packageFolder Absolute path of the package's folder.
 */
export function clippyFiles(
  packageFolder: string,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  return foldersUpward(environment['CLIPPY_CONF_DIR'] || packageFolder).flatMap((folder) =>
    CLIPPY_FILES.map((name) => join(folder, name)),
  );
}

function foldersUpward(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersUpward(above)];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A folder of that name, or none: clippy says so if it matters.
    return undefined;
  }
}
