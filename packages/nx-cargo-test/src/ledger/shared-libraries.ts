import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RunProgram } from '../cargo/run-program';
import { digest } from '../disk-cache';

/**
 * The shared libraries that an executable would be started with, each as
 * `name=build-id`, sorted. A library without a build-id is told by its content.
 * The loader itself says which they are, so `LD_LIBRARY_PATH`, `LD_PRELOAD`,
 * its cache and libraries of libraries count as they do for a test.
 *
 * @param environment The whole environment of the process.
 * @returns Why that cannot be told, in an `Error`, for executables of another
 *   system or machine.
 */
export async function sharedLibraries(
  executable: string,
  environment: Readonly<Record<string, string>>,
  workingDirectory: string,
  run: RunProgram,
): Promise<readonly string[] | Error> {
  try {
    const loader = readProgramHeaders(executable).interpreter;
    if (loader === undefined) return [];
    // Both glibc's and musl's loaders list what they would load when they are run with --list.
    const end = await run({
      file: loader,
      args: ['--list', executable],
      environment,
      workingDirectory,
    });
    if (end.code !== 0) {
      return new Error(`${loader} --list ${executable}: ${end.description}: ${end.stderr.trim()}`);
    }
    const libraries = parseLoaderList(end.stdout);
    const named = await Promise.all(
      libraries.map(async ({ name, path }) => `${name}=${await identityOf(path)}`),
    );
    return [...new Set(named)].sort();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Reads lines such as `libc.so.6 => /lib/libc.so.6 (0x7f…)` and
 * `/lib64/ld-linux-x86-64.so.2 (0x7f…)`. The kernel's own page, which has no
 * file, is left out.
 *
 * @throws {Error} for a library that is not found, or a line of another form.
 */
export function parseLoaderList(text: string): { readonly name: string; readonly path: string }[] {
  return text.split('\n').flatMap((line) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed === 'statically linked') return [];
    const match = /^(?:(\S.*?) => )?(\S.*?)(?: \(0x[0-9a-f]+\))?$/.exec(trimmed);
    const path = match?.[2] ?? '';
    if (path.startsWith('/')) return [{ name: match?.[1] ?? path, path }];
    if (match?.[1] === undefined && /^linux-(?:vdso|gate)/.test(path)) return [];
    throw new Error(`the loader says ${JSON.stringify(trimmed)}`);
  });
}

async function identityOf(path: string): Promise<string> {
  return readProgramHeaders(path).buildId ?? `sha256-${digest(await readFile(path))}`;
}

interface ProgramHeaders {
  /** Path of the loader; absent in executables that need none. */
  readonly interpreter?: string;
  /** The linker's digest of the content, in hexadecimal. */
  readonly buildId?: string;
}

const PT_INTERP = 3;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
/** Beyond this a header table or note is taken for damaged. */
const MAXIMUM_BYTES = 1 << 20;

/**
 * Reads the loader's path and the build-id of a 64-bit little-endian ELF file
 * (System V ABI, chapters 4 and 5; the note's form is the GNU tool chain's).
 *
 * @throws {Error} for any other file.
 */
function readProgramHeaders(path: string): ProgramHeaders {
  const file = openSync(path, 'r');
  const read = (position: number, length: number): Buffer => {
    if (length > MAXIMUM_BYTES) throw new Error(`${path}: ${length} bytes at ${position}`);
    const buffer = Buffer.alloc(length);
    if (readSync(file, buffer, 0, length, position) < length)
      throw new Error(`${path} is cut short`);
    return buffer;
  };
  try {
    const header = read(0, 64);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) {
      throw new Error(`${path} is no 64-bit little-endian ELF file`);
    }
    const entrySize = header.readUInt16LE(54);
    const count = header.readUInt16LE(56);
    const table = read(Number(header.readBigUInt64LE(32)), entrySize * count);
    let found: ProgramHeaders = {};
    for (let at = 0; at + 56 <= table.length; at += entrySize) {
      const type = table.readUInt32LE(at);
      if (type !== PT_INTERP && type !== PT_NOTE) continue;
      const size = Number(table.readBigUInt64LE(at + 32));
      const content = read(Number(table.readBigUInt64LE(at + 8)), size);
      if (type === PT_INTERP) {
        found = { ...found, interpreter: content.toString('utf8').replace(/\0.*$/s, '') };
      } else {
        const buildId = buildIdOf(content, Number(table.readBigUInt64LE(at + 48)) === 8 ? 8 : 4);
        if (buildId !== undefined) found = { ...found, buildId };
      }
    }
    return found;
  } finally {
    closeSync(file);
  }
}

/** A row of notes: sizes of name and content, type, then both, each filled up to the segment's alignment. */
function buildIdOf(notes: Buffer, alignment: number): string | undefined {
  const align = (size: number): number => Math.ceil(size / alignment) * alignment;
  for (let at = 0; at + 12 <= notes.length;) {
    const nameSize = notes.readUInt32LE(at);
    const contentSize = notes.readUInt32LE(at + 4);
    const nameAt = at + 12;
    const contentAt = nameAt + align(nameSize);
    const isBuildId =
      notes.readUInt32LE(at + 8) === NT_GNU_BUILD_ID &&
      notes.toString('latin1', nameAt, nameAt + nameSize) === 'GNU\0';
    if (isBuildId && contentAt + contentSize <= notes.length && contentSize > 0) {
      return notes.toString('hex', contentAt, contentAt + contentSize);
    }
    at = contentAt + align(contentSize);
  }
  return undefined;
}
