import { join } from 'node:path';
import type { BuildFiles } from './build-files';

/** What a build script told cargo about its inputs. */
export interface BuildScriptInputs {
  /** Paths of `rerun-if-changed`, as written. */
  readonly files: readonly string[];
  /** Names of `rerun-if-env-changed`. */
  readonly variables: readonly string[];
}

/** Reads the instructions that a build script printed, in the `cargo:` and the `cargo::` form. */
export function parseBuildScriptOutput(text: string): BuildScriptInputs {
  const files = new Set<string>();
  const variables = new Set<string>();
  for (const line of text.split('\n')) {
    const match = /^cargo::?(rerun-if-changed|rerun-if-env-changed)=(.*)$/.exec(line.trimEnd());
    if (match === null) continue;
    const [, key, value = ''] = match;
    (key === 'rerun-if-changed' ? files : variables).add(value.trim());
  }
  return { files: [...files], variables: [...variables] };
}

/** A file that cargo writes whenever it runs a build script, with what the script printed. */
export interface BuildScriptOutput {
  /** Absolute path. */
  readonly file: string;
  readonly inputs: BuildScriptInputs;
}

/**
 * Finds what a build script printed when it last ran.
 *
 * @param outDir The script's `OUT_DIR`.
 * @returns undefined if cargo left no record where it does.
 */
export function findBuildScriptOutput(
  outDir: string,
  files: BuildFiles,
): BuildScriptOutput | undefined {
  const file = buildScriptOutputFile(outDir, files);
  return file === undefined
    ? undefined
    : { file, inputs: parseBuildScriptOutput(files.readText(file)) };
}

/** The file's absolute path; undefined if cargo left none where it does. */
export function buildScriptOutputFile(
  outDir: string,
  files: Pick<BuildFiles, 'status'>,
): string | undefined {
  return ['../output', '../stdout', '../run/stdout']
    .map((candidate) => join(outDir, candidate))
    .find((file) => files.status(file) !== undefined);
}
