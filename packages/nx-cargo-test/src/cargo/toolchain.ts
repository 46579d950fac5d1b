import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { CargoTestError } from '../errors';
import { parseCfgSet, type CfgSet } from './cfg-expression';
import type { RunProgram } from './run-program';

/** The compiler that cargo uses in a folder. */
export interface Toolchain {
  /** Triple that it compiles for. */
  readonly triple: string;
  /** Folder of the compiler and its standard library. */
  readonly sysroot: string;
  /** Configuration that holds for the target, without features and `test`. */
  readonly cfg: CfgSet;
}

/**
 * Asks rustc, as cargo would start it in `folder`.
 *
 * @param target Triple or target file to ask for. Default: the host.
 * @throws {CargoTestError} `CARGO_NOT_FOUND` if there is no rustc, `CARGO_BUILD_FAILED` if it fails.
 */
export async function askToolchain(
  run: RunProgram,
  folder: string,
  environment: Readonly<Record<string, string>>,
  target?: string,
): Promise<Toolchain> {
  const rustc = environment['RUSTC'] ?? 'rustc';
  const flags = (environment['RUSTFLAGS'] ?? '').split(/\s+/).filter(Boolean);
  // One call, because the start of rustup's proxy takes longer than the answer.
  const args = [
    ...flags,
    ...['--crate-name', '___', '--print', 'sysroot', '--print', 'target-libdir', '--print', 'cfg'],
    ...(target === undefined ? [] : ['--target', target]),
    '-',
  ];
  const end = await run({
    ...{ file: rustc, args, workingDirectory: folder, environment, input: '' },
  });
  if (end.notFound) throw new CargoTestError('CARGO_NOT_FOUND', `there is no ${rustc} in the PATH`);
  const [sysroot = '', libraryFolder = '', ...cfg] = end.stdout.split('\n');
  const triple = basename(dirname(libraryFolder));
  if (end.code !== 0 || triple === '') {
    throw new CargoTestError(
      'CARGO_BUILD_FAILED',
      `${rustc} ${args.join(' ')} failed in ${folder} (${end.description}):\n${end.stderr}`,
    );
  }
  return { triple, sysroot, cfg: parseCfgSet(cfg.join('\n')) };
}

/** Folder in which cargo keeps its registry, its binaries and the user's configuration. */
export function cargoHome(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): string {
  const set = environment['CARGO_HOME'];
  return set === undefined || set === ''
    ? join(environment['HOME'] ?? homedir(), '.cargo')
    : resolve(folder, set);
}
