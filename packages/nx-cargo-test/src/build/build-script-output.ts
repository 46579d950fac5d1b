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
