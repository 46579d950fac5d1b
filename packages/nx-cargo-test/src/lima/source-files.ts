import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CargoTestError } from '../errors';
import { describeExit } from '../process/process-exit';
import type { SpawnSupervised } from '../process/supervise-group';

/** A file of a folder of sources. */
export interface SourceFile {
  /** Relative to the folder. */
  readonly path: string;
  /** Permissions in octal digits, as `stat -c %a` writes them. */
  readonly mode: string;
  /** SHA-256 of the content, lower-case hexadecimal; absent for a link, and for what cannot be read. */
  readonly sha256?: string;
  /** What a symbolic link holds; absent for a file. */
  readonly link?: string;
}

/** Folders of a build that no test reads, where git can't tell. */
const NOT_SOURCES = new Set(['target', 'node_modules', '.git']);

/**
 * Lists the files and links of a folder: those that git knows or would not ignore, also in
 * submodules and other repositories inside of it; outside of a repository all but those of
 * builds. Sorted.
 */
export async function listSources(spawn: SpawnSupervised, folder: string): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of (await listPaths(spawn, folder)).sort()) {
    const file = join(folder, path);
    const status = await lstat(file).catch(() => undefined);
    const mode = ((status?.mode ?? 0) & 0o7777).toString(8);
    if (status?.isFile() === true) files.push({ path, mode, ...(await digestOf(file)) });
    if (status?.isSymbolicLink() === true) files.push({ path, mode, link: await readlink(file) });
  }
  return files;
}

async function listPaths(spawn: SpawnSupervised, folder: string): Promise<string[]> {
  const listed = (await gitFiles(spawn, folder)) ?? (await allFiles(folder, ''));
  const paths = new Set<string>();
  for (const entry of listed) {
    // Of a repository inside of this one git lists only the folder.
    const path = entry.replace(/\/$/, '');
    const status = await lstat(join(folder, path)).catch(() => undefined);
    if (status === undefined) continue;
    if (!status.isDirectory()) paths.add(path);
    else
      for (const inner of await listPaths(spawn, join(folder, path))) paths.add(`${path}/${inner}`);
  }
  return [...paths];
}

/**
 * Puts files of a folder into a gzipped tar archive, with paths relative to the folder.
 *
 * @param into Absolute path of a folder for the archive and a list of its files.
 * @returns the archive's absolute path.
 * @throws {CargoTestError} `GUEST_UNUSABLE` when tar fails.
 */
export async function packSources(
  spawn: SpawnSupervised,
  folder: string,
  paths: readonly string[],
  into: string,
): Promise<string> {
  const archive = join(into, 'sources.tar.gz');
  const list = join(into, 'packed.list');
  await writeFile(list, paths.map((path) => `${path}\0`).join(''));
  const tar = await output(spawn, folder, 'tar', ['-czf', archive, '--null', '-T', list]);
  if (tar.problem === undefined) return archive;
  throw new CargoTestError('GUEST_UNUSABLE', `packing ${folder} failed: ${tar.problem}`);
}

async function digestOf(file: string): Promise<{ readonly sha256?: string }> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch {
    return {};
  }
  return { sha256: hash.digest('hex') };
}

async function gitFiles(spawn: SpawnSupervised, folder: string): Promise<string[] | undefined> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { text, problem } = await output(spawn, folder, 'git', args);
  const paths = text.split('\0').filter((path) => path !== '');
  // A folder that git ignores as a whole would seem to be empty.
  return problem === undefined && paths.length > 0 ? paths : undefined;
}

async function allFiles(folder: string, below: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory()) paths.push(path);
    else if (!NOT_SOURCES.has(entry.name)) paths.push(...(await allFiles(folder, path)));
  }
  return paths;
}

async function output(
  spawn: SpawnSupervised,
  workingDirectory: string,
  file: string,
  args: readonly string[],
): Promise<{ text: string; problem?: string }> {
  let text = '';
  let errors = '';
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    // Keeps macOS from adding a file of attributes to each file.
    COPYFILE_DISABLE: '1',
  };
  const { exit } = await spawn(
    { file, args, workingDirectory, environment },
    {
      onOutput(stream, piece) {
        if (stream === 'stdout') text += piece;
        else errors += piece;
      },
    },
  ).ended;
  if (exit.type === 'code' && exit.code === 0) return { text };
  return { text, problem: `${file} ${describeExit(exit)}: ${errors.trim()}` };
}
