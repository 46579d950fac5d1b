import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CargoTestError } from '../errors';
import { describeExit } from '../process/process-exit';
import type { SpawnSupervised } from '../process/supervise-group';

/** A folder's files in an archive. */
export interface PackedFolder {
  /** Absolute path of a gzipped tar archive with paths relative to the folder. */
  readonly archive: string;
  /** Absolute path of a list of these paths, each ended by a NUL. */
  readonly list: string;
  /** Number of files. */
  readonly files: number;
  /** Differs whenever a file's path, mode or content does, or the target of a link. */
  readonly mark: string;
}

/** Folders of a build that no test reads, where git can't tell. */
const NOT_PACKED = new Set(['target', 'node_modules', '.git']);

/**
 * Packs the files of a folder: those that git knows or would not ignore; outside
 * of a repository all but those of builds.
 *
 * @param mark Of an earlier call.
 * @param into Absolute path of a folder for archive and list.
 * @returns undefined if the mark would be the same.
 * @throws {CargoTestError} `GUEST_UNUSABLE` when tar fails.
 */
export async function packFolder(
  spawn: SpawnSupervised,
  folder: string,
  mark: string | undefined,
  into: string,
): Promise<PackedFolder | undefined> {
  const listed = (await gitFiles(spawn, folder)) ?? (await allFiles(folder, ''));
  const hash = createHash('sha256');
  const paths: string[] = [];
  for (const path of [...new Set(listed)].sort()) {
    const file = join(folder, path);
    const status = await lstat(file).catch(() => undefined);
    if (status === undefined || status.isDirectory()) continue;
    paths.push(path);
    // What can't be read makes tar fail, which says so.
    const content = await contentOf(file, status).catch(() => 'unreadable');
    hash.update(JSON.stringify([path, status.mode, content]));
  }
  const found = hash.digest('hex');
  if (found === mark) return undefined;
  const archive = join(into, 'sources.tar.gz');
  const list = join(into, 'sources.list');
  await writeFile(list, paths.map((path) => `${path}\0`).join(''));
  const tar = await output(spawn, folder, 'tar', ['-czf', archive, '--null', '-T', list]);
  if (tar.problem !== undefined)
    throw new CargoTestError('GUEST_UNUSABLE', `packing ${folder} failed: ${tar.problem}`);
  return { archive, list, files: paths.length, mark: found };
}

/** A digest, since size and time of modification can stay the same while the content changes. */
async function contentOf(file: string, status: Stats): Promise<string> {
  if (status.isSymbolicLink()) return readlink(file);
  if (!status.isFile()) return '';
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
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
    else if (!NOT_PACKED.has(entry.name)) paths.push(...(await allFiles(folder, path)));
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
