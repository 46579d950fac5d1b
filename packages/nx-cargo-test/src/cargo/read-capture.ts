import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseLinkArguments, type LinkArgument } from './link-arguments';
import { parseResponseFile } from './response-file';

/** An object file or archive that took part in a link. */
export interface LinkInput {
  /** Where rustc, or the search for a `-l` library, named it; it may be gone by now. */
  readonly path: string;
  /** A file with its content at the time of the link. */
  readonly file: string;
  readonly kind: 'object' | 'archive';
}

/** What was linked into one executable, in the order of the command line. */
export interface CapturedLink {
  /** Absolute path of the executable that the linker wrote. */
  readonly output: string;
  /** Absolute path of the folder that relative paths start from. */
  readonly directory: string;
  readonly inputs: readonly LinkInput[];
  /** Libraries that no static archive on the search paths answers, as `-lfoo` or by path. */
  readonly libraries: readonly string[];
  /** Shared libraries outside the system's own folders: found on a search path, or named by path. */
  readonly sharedLibraries: readonly string[];
  /** Folders named by `-L`, absolute, in order. */
  readonly searchPaths: readonly string[];
  /** All that is neither input, library, search path nor output. `-Wl,a,b` is split into `a`, `b`. */
  readonly otherArguments: readonly string[];
}

/**
 * The folders of complete link records below a capture folder.
 */
export async function listCaptures(captureFolder: string): Promise<string[]> {
  const names = await readdir(captureFolder);
  return names
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => join(captureFolder, name));
}

/** The files of the machine that linked. */
export interface CaptureFiles {
  readText(path: string): Promise<string>;
  exists(path: string): Promise<boolean>;
}

/**
 * Reads one record that the linker's stand-in wrote.
 *
 * @param left Default: the files of this machine.
 */
export async function readCapture(
  record: string,
  left: CaptureFiles = localCaptureFiles,
): Promise<CapturedLink> {
  const [rawArguments, directory, files] = await Promise.all([
    readNulList(join(record, 'arguments'), left),
    left.readText(join(record, 'directory')),
    readNulList(join(record, 'files'), left),
  ]);
  const expanded = await expandResponseFiles(rawArguments, record, left);
  const numbered = await left.exists(join(record, 'numbered'));
  const captured = new Map<string, string>();
  files.forEach((path, index) => {
    captured.set(
      path,
      numbered ? join(record, 'numbered', String(index)) : join(record, 'inputs', basename(path)),
    );
  });
  return resolveLink(parseLinkArguments(expanded), directory, captured, left);
}

async function resolveLink(
  parsed: readonly LinkArgument[],
  directory: string,
  captured: ReadonlyMap<string, string>,
  left: CaptureFiles,
): Promise<CapturedLink> {
  const searchPaths = parsed.flatMap((argument) =>
    argument.type === 'search' ? [resolve(directory, argument.folder)] : [],
  );
  const inputs: LinkInput[] = [];
  const libraries: string[] = [];
  const sharedLibraries: string[] = [];
  const otherArguments: string[] = [];
  let output = '';
  for (const argument of parsed) {
    switch (argument.type) {
      case 'output':
        output = resolve(directory, argument.file);
        break;
      case 'search':
        break;
      case 'operand': {
        const file = captured.get(argument.path);
        const path = resolve(directory, argument.path);
        if (file !== undefined) inputs.push({ path, file, kind: kindOf(path) });
        else if (isSharedLibrary(path)) {
          libraries.push(argument.path);
          sharedLibraries.push(path);
        } else otherArguments.push(argument.path);
        break;
      }
      case 'library': {
        const found = await findLibrary(argument.name, argument.static, searchPaths, left);
        if (found !== undefined && !isSharedLibrary(found)) {
          inputs.push({ path: found, file: found, kind: kindOf(found) });
          break;
        }
        libraries.push(`-l${argument.name}`);
        if (found !== undefined) sharedLibraries.push(found);
        break;
      }
      case 'other':
        otherArguments.push(argument.text);
        break;
    }
  }
  return { output, directory, inputs, libraries, sharedLibraries, searchPaths, otherArguments };
}

/** Looks for a library as the linker does: folder by folder, shared before static unless `-Bstatic` holds. */
async function findLibrary(
  name: string,
  onlyStatic: boolean,
  searchPaths: readonly string[],
  left: CaptureFiles,
): Promise<string | undefined> {
  const exact = name.startsWith(':') ? name.slice(1) : undefined;
  const candidates =
    exact !== undefined
      ? [exact]
      : onlyStatic
        ? [`lib${name}.a`]
        : [`lib${name}.so`, `lib${name}.a`];
  for (const folder of searchPaths) {
    for (const candidate of candidates) {
      const file = join(folder, candidate);
      if (await left.exists(file)) return file;
    }
  }
  return undefined;
}

async function expandResponseFiles(
  rawArguments: readonly string[],
  record: string,
  left: CaptureFiles,
): Promise<string[]> {
  const expanded: string[] = [];
  let number = 0;
  for (const argument of rawArguments) {
    const copy = join(record, `response-${number}`);
    if (argument.startsWith('@') && (await left.exists(copy))) {
      number += 1;
      expanded.push(...parseResponseFile(await left.readText(copy)));
    } else expanded.push(argument);
  }
  return expanded;
}

async function readNulList(file: string, left: CaptureFiles): Promise<string[]> {
  const text = await left.readText(file);
  return text === '' ? [] : text.slice(0, -1).split('\0');
}

const localCaptureFiles: CaptureFiles = {
  readText: (path) => readFile(path, 'utf8'),
  exists: (path) =>
    stat(path).then(
      () => true,
      () => false,
    ),
};

function kindOf(path: string): LinkInput['kind'] {
  return /\.(a|rlib)$/.test(path) ? 'archive' : 'object';
}

function isSharedLibrary(path: string): boolean {
  return /\.(so(\.[0-9.]+)?|dylib)$/.test(path);
}
