import type { TargetConfiguration } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proposeNearest } from '../nearest-name';

/**
 * Looks for options of a target that its executor does not have. Nx itself lets them
 * pass where an executor takes arguments for the tests.
 *
 * @returns what is wrong with the first, or `undefined`.
 */
export function findUnknownOption({
  executor = '',
  options,
  configurations,
}: TargetConfiguration): string | undefined {
  const known = optionNames(executor);
  // `targetDefaults` for `lint` or `build` may well hold options of other tools. Only what is
  // nearly the name of an option was meant for this one.
  const isShared = executor === 'nx-cargo-test:cargo';
  if (known === undefined) return undefined;
  const places: readonly (readonly [path: string, options: unknown])[] = [
    ['options', options],
    ...Object.entries(configurations ?? {}).map(
      ([name, each]) => [`configurations.${name}`, each] as const,
    ),
  ];
  for (const [path, given] of places) {
    const unknown = Object.keys(given ?? {}).find(
      (name) => !known.includes(name) && (!isShared || proposeNearest(name, known) !== ''),
    );
    if (unknown === undefined) continue;
    return `${path}.${unknown}: unknown option${proposeNearest(unknown, known)}; known are ${known.join(', ')}`;
  }
  return undefined;
}

/**
 * Names in the schema of an executor, without those that only Nx fills in. Left out is the
 * umbrella: `targetDefaults` for `test` may well hold options of other projects' runners.
 */
function optionNames(executor: string): readonly string[] | undefined {
  const name = /^nx-cargo-test:(build-tests|test-module|test-doc|cargo)$/.exec(executor)?.[1];
  if (name === undefined) return undefined;
  const file = join(__dirname, '..', '..', 'schemas', `${name}.json`);
  const schema: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const { properties } = schema as { readonly properties: object };
  return Object.keys(properties).filter((each) => !each.startsWith('__'));
}
