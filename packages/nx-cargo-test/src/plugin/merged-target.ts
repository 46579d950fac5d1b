import type { ExecutorContext, ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { digest } from '../disk-cache';
import { CargoTestError, type ErrorCode } from '../errors';
import { findUnknownOption } from './known-options';

/** What this plugin keeps in `metadata.nxCargoTest` of each target that it makes. Nx does not hash it. */
export interface CargoTestMetadata {
  /** Targets of the leaves that a group or the umbrella stands for. */
  readonly leaves?: readonly string[];
  /** Entries that the target must keep however the user's configuration is merged into it. */
  readonly requires: RequiredEntries;
  /** Why a result of the target must not come from Nx's cache. */
  readonly uncached?: {
    readonly because: string;
    /** Whether it may, if the target says which `outputs` are restored. */
    readonly unlessOutputs: boolean;
  };
  /** Why the target cannot work at all. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

/** Entries of a target that our results rest on. */
export interface RequiredEntries {
  /** Names of targets of the same project. */
  readonly dependsOn: readonly string[];
  readonly inputs: readonly Entry[];
  readonly outputs: readonly string[];
  /** Digests of the project's named inputs that are among them. Default: none. */
  readonly namedInputs?: Readonly<Record<string, string>>;
}

/** Digest of a named input, for {@link RequiredEntries}. */
export function namedInputDigest(entries: readonly unknown[]): string {
  return digest(JSON.stringify(entries)).slice(0, 16);
}

/** Entry of `inputs`: a fileset or an object, as in project configuration. */
export type Entry = string | object;

/** Reads {@link CargoTestMetadata} of a target. */
export function targetMetadata(target: TargetConfiguration): CargoTestMetadata | undefined {
  const metadata: unknown = target.metadata?.['nxCargoTest'];
  return typeof metadata === 'object' && metadata !== null && 'requires' in metadata
    ? (metadata as CargoTestMetadata)
    : undefined;
}

/**
 * Compares a target after Nx merged the user's configuration into it with what
 * this plugin put there.
 *
 * @returns what is missing and how to write it so that it merges, or `undefined`
 *   when all is there.
 */
export function checkMergedTarget(
  projectName: string,
  targetName: string,
  merged: TargetConfiguration,
  expected: RequiredEntries,
): string | undefined {
  const missing = {
    dependsOn: without(expected.dependsOn, merged.dependsOn ?? [], dependencyName),
    inputs: without(expected.inputs, merged.inputs ?? [], canonical),
    outputs: without(expected.outputs, merged.outputs ?? [], canonical),
  };
  const replaced = (['dependsOn', 'inputs', 'outputs'] as const).filter(
    (key) => missing[key].length > 0,
  );
  if (replaced.length === 0) return undefined;
  const shape = Object.fromEntries(
    replaced.map((key) => [key, ['...', ...foreign(merged[key] ?? [], expected[key])]]),
  );
  return [
    `${projectName}:${targetName}: targetDefaults or a project.json replaced ${list(replaced)} that nx-cargo-test inferred`,
    ...replaced.map((key) => `  ${key} lacks ${summary(missing[key])}`),
    'A result could then be stale or stand for tests that never ran. Where it is replaced, write "..." first, which keeps what is inferred, for example:',
    `  "targetDefaults": ${JSON.stringify({ [targetName]: shape })}`,
  ].join('\n');
}

/**
 * Fails unless the target that an executor runs for is intact.
 *
 * @throws {CargoTestError} `TARGET_DEFAULTS_REPLACED` with the form that merges,
 *   `INVALID_OPTIONS` for an option that the executor does not have, or the failure that inference met with this package.
 */
export function assertTargetIntact(context: ExecutorContext): void {
  const { projectName, targetName, target } = runningTarget(context);
  const metadata = targetMetadata(target);
  if (metadata === undefined) {
    throw new CargoTestError(
      'TARGET_DEFAULTS_REPLACED',
      `${projectName}:${targetName} uses an executor of nx-cargo-test but was not inferred by it, or its metadata was replaced`,
    );
  }
  if (metadata.failure) throw new CargoTestError(metadata.failure.code, metadata.failure.message);
  assertOptionsKnown(`${projectName}:${targetName}`, target);
  const dependsOn = [...metadata.requires.dependsOn, ...(metadata.leaves ?? [])];
  const problem =
    checkMergedTarget(projectName, targetName, target, { ...metadata.requires, dependsOn }) ??
    checkNamedInputs(context, metadata.requires);
  if (problem !== undefined) throw new CargoTestError('TARGET_DEFAULTS_REPLACED', problem);
}

/**
 * Fails for an option that the target's executor does not have.
 *
 * @param task For the message: `glommio:test-arena`.
 * @throws {CargoTestError} `INVALID_OPTIONS` with the nearest right one.
 */
export function assertOptionsKnown(task: string, target: TargetConfiguration): void {
  const unknown = findUnknownOption(target);
  if (unknown === undefined) return;
  throw new CargoTestError(
    'INVALID_OPTIONS',
    `${task}, set by targetDefaults or a project.json: ${unknown}`,
  );
}

/**
 * Compares the project's named inputs with those that this plugin made.
 *
 * @returns which one differs and what to write instead, or `undefined` when all are there.
 */
export function checkNamedInputs(
  context: ExecutorContext,
  { namedInputs = {} }: RequiredEntries,
): string | undefined {
  const { projectName, targetName, project } = runningTarget(context);
  const replaced = Object.entries(namedInputs)
    .filter(([name, made]) => namedInputDigest(project.namedInputs?.[name] ?? []) !== made)
    .map(([name]) => name);
  return replaced.length === 0
    ? undefined
    : `${projectName}:${targetName}: a project.json replaced ${list(replaced)} among the namedInputs of ${projectName}, which nx-cargo-test inferred; ` +
        'write further inputs into "inputs" of the target, after "..."';
}

/**
 * The target that an executor runs for.
 *
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` if the graph does not hold it.
 */
export function runningTarget(context: ExecutorContext): {
  readonly projectName: string;
  readonly targetName: string;
  readonly target: TargetConfiguration;
  readonly project: ProjectConfiguration;
} {
  const { projectName = '', targetName = '' } = context;
  const project = [
    context.projectGraph?.nodes[projectName]?.data,
    context.projectsConfigurations?.projects[projectName],
  ].find((each) => each?.targets?.[targetName] !== undefined);
  const target = project?.targets?.[targetName];
  if (project === undefined || target === undefined) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      'the project graph does not hold the target that runs; run `nx reset`',
    );
  }
  return { projectName, targetName, target, project };
}

function without(
  expected: readonly Entry[],
  merged: readonly Entry[],
  key: (entry: Entry) => string,
): readonly Entry[] {
  const present = new Set(merged.map(key));
  return expected.filter((entry) => !present.has(key(entry)));
}

function foreign(merged: readonly Entry[], expected: readonly Entry[]): readonly Entry[] {
  const ours = new Set(expected.map(canonical));
  return merged.filter((entry) => entry !== '...' && !ours.has(canonical(entry)));
}

/** Own targets only: `^build` or a target of named projects is another's. */
function dependencyName(entry: Entry): string {
  if (typeof entry === 'string') return entry;
  const { target, projects, dependencies } = entry as {
    target?: unknown;
    projects?: unknown;
    dependencies?: unknown;
  };
  return typeof target === 'string' &&
    !dependencies &&
    (projects === undefined || projects === 'self')
    ? target
    : canonical(entry);
}

function canonical(entry: Entry): string {
  if (typeof entry === 'string') return entry;
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function summary(entries: readonly Entry[]): string {
  const shown = entries.slice(0, 3).map((entry) => {
    const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
    return text.length > 100 ? `${text.slice(0, 100)}...` : text;
  });
  const more = entries.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function list(keys: readonly string[]): string {
  return keys.length < 2 ? keys.join('') : `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`;
}
