import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLinkerShim } from '../cargo/linker-shim';
import { readCargoMetadata } from '../cargo/metadata';
import { listCaptures, readCapture, type CapturedLink } from '../cargo/read-capture';
import { runProgram } from '../cargo/run-program';
import { outerEnvironment } from '../process/outer-environment';
import { binaryCopy, keepBinaryCopy } from './binary-copy';
import { localFiles } from './build-files';
import { createBuildFolder, removeAbandonedCaptures, removeHardLinks } from './build-folder';
import type { BuildCapture, BuildHost, CaptureRequest } from './build-host';
import { createFileDigests, type FileDigests } from './digest-file';
import { readRunRecords } from './run-records';

/** This machine. */
export function nativeBuildHost(): BuildHost {
  const digests = createFileDigests();
  return {
    kind: [],
    run: runProgram,
    environment: () => Promise.resolve(outerEnvironment(process.env)),
    provideSources: () => Promise.resolve(),
    readMetadata: (manifestFile) => readCargoMetadata(manifestFile),
    recordsFolder: (cargo) => createBuildFolder(cargo.targetFolder),
    async readTexts(files) {
      const texts = await Promise.all(
        files.map(async (file) => [file, await readIfPresent(file)] as const),
      );
      return new Map(
        texts.flatMap(([file, text]) => (text === undefined ? [] : [[file, text] as const])),
      );
    },
    openCapture: (request) => openCapture(request, digests),
    now: () => Promise.resolve(Date.now()),
    look: () => Promise.resolve(localFiles),
    differingSources: () => Promise.resolve([]),
    digests: (files) => Promise.all(files.map((file) => digests.sha256(file))),
    removeBinary: removeHardLinks,
    keepCopy: keepBinaryCopy,
    async findBinary(executable, sha256) {
      for (const file of [binaryCopy(executable, sha256), executable]) {
        if ((await digests.sha256(file).catch(() => undefined)) === sha256) return file;
      }
      return undefined;
    },
  };
}

async function openCapture(
  { cargo, linkers, searchPath }: CaptureRequest,
  digests: FileDigests,
): Promise<BuildCapture> {
  const buildFolder = await createBuildFolder(cargo.targetFolder);
  await removeAbandonedCaptures(buildFolder);
  const shim = await writeLinkerShim(buildFolder, linkers, searchPath);
  const folder = await mkdtemp(join(buildFolder, 'capture-'));
  const links = join(folder, 'links');
  const runs = join(folder, 'runs');
  return {
    shim,
    links,
    runs,
    async begin() {
      await rm(runs, { recursive: true, force: true });
      await Promise.all([mkdir(links, { recursive: true }), mkdir(runs, { recursive: true })]);
    },
    readRuns: () => readRunRecords(runs),
    async readLinks() {
      const found = new Map<string, CapturedLink>();
      for (const record of await listCaptures(links)) {
        const link = await readCapture(record);
        const sha256 = await digests
          .sha256(join(record, 'output'))
          .catch(() => digests.sha256(link.output));
        found.set(sha256, link);
      }
      return found;
    },
    locate: (file) => file,
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
