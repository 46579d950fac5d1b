import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { removeStaleTemporaries } from './stale-temporaries';

/** Values kept between two computations of the project graph. */
export interface DiskCache {
  /** The value kept under `name` if it was kept with the same key, else `undefined`. */
  read(name: string, key: string): unknown;
  /** Keeps a value that JSON can hold. A disk that cannot be written costs time only. */
  write(name: string, key: string, value: unknown): void;
}

/** Opens the plugin's cache in Nx's workspace data folder. */
export function openDiskCache(workspaceRoot: string): DiskCache {
  const folder = join(workspaceDataFolder(workspaceRoot), 'nx-cargo-test');
  let isClean = false;
  const fileOf = (name: string): string => join(folder, `${digest(name).slice(0, 16)}.json`);
  return {
    read(name, key) {
      try {
        const entry: unknown = JSON.parse(readFileSync(fileOf(name), 'utf8'));
        const known =
          typeof entry === 'object' && entry !== null && 'key' in entry && entry.key === key;
        return known && 'value' in entry ? entry.value : undefined;
      } catch {
        return undefined;
      }
    },
    write(name, key, value) {
      const file = fileOf(name);
      // Another Nx process may write the same file: a rename replaces it whole.
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        mkdirSync(folder, { recursive: true });
        if (!isClean) removeStaleTemporaries(folder, (name) => /^[0-9a-f]{16}\.json$/.test(name));
        isClean = true;
        writeFileSync(temporary, JSON.stringify({ key, value }));
        renameSync(temporary, file);
      } catch {
        // Without the cache the next run computes the value again.
      }
    },
  };
}

/** SHA-256 of the parts, told apart from each other, in hexadecimal. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}\0`).update(part);
  return hash.digest('hex');
}

let version: string | undefined;

/** Version of this plugin, part of every key. */
export function pluginVersion(): string {
  // Asked for once a target, and a workspace has thousands.
  return (version ??= readVersion());
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8'));
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? manifest.version
      : undefined;
  return String(found);
}

/** Where Nx 22 to 24 keep what they compute of a workspace, which `nx reset` deletes. */
export function workspaceDataFolder(workspaceRoot: string): string {
  const configured =
    process.env['NX_WORKSPACE_DATA_DIRECTORY'] ?? process.env['NX_PROJECT_GRAPH_CACHE_DIRECTORY'];
  if (configured === undefined) return join(workspaceRoot, '.nx', 'workspace-data');
  return isAbsolute(configured) ? configured : join(workspaceRoot, configured);
}
