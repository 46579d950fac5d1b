import { CargoTestError } from '../errors';
import { resolveOptions, type ResolvedOptions } from './plugin-options';

/** Options of the plugin as far as they can be used. */
export interface UsableOptions {
  /** Those that are right, and the defaults of all others. */
  readonly options: ResolvedOptions;
  /** What is wrong with the first that is not. */
  readonly failure?: CargoTestError;
  /** Names of all sets, whether they are right or not, sorted. */
  readonly setNames: readonly string[];
}

/**
 * Reads options without throwing: an error that is thrown while the graph is computed
 * would end every Nx command, also of projects without Rust.
 */
export function readOptions(given: unknown): UsableOptions {
  try {
    const options = resolveOptions(given);
    return { options, setNames: Object.keys(options.sets).sort() };
  } catch (error) {
    if (!(error instanceof CargoTestError)) throw error;
    const options = resolveOptions(rightPart(given));
    return { options, failure: error, setNames: namesOf(entriesOf(given)['sets']) };
  }
}

/** Each option that is right together with those before it. */
function rightPart(given: unknown): Readonly<Record<string, unknown>> {
  let kept: Readonly<Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(entriesOf(given))) {
    const candidate = { ...kept, [name]: value };
    if (isRight(candidate)) kept = candidate;
  }
  return kept;
}

function isRight(options: unknown): boolean {
  try {
    resolveOptions(options);
    return true;
  } catch {
    return false;
  }
}

function namesOf(sets: unknown): readonly string[] {
  return Object.keys(entriesOf(sets))
    .filter((name) => name !== 'doc')
    .sort();
}

function entriesOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
