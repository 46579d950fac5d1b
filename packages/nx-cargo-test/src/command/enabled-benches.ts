import type { CargoPackage } from '../cargo/metadata';
import { splitArguments } from './command-line';

/** Which features a command was asked for. */
export interface FeatureChoice {
  readonly features?: readonly string[] | undefined;
  readonly allFeatures?: boolean | undefined;
  readonly noDefaultFeatures?: boolean | undefined;
  /** Arguments as they would stand after the command; those of cargo may choose features, too. */
  readonly args: readonly string[];
}

/**
 * Names of the benches that have the features which they require, sorted: cargo passes over the
 * others unless it is asked for them, also by a pattern.
 */
export function enabledBenches(
  { targets, features: known = {} }: CargoPackage,
  choice: FeatureChoice,
): string[] {
  const { features, all, noDefault } = chosenFeatures(choice);
  const enabled = new Set<string>();
  const enable = (feature: string): void => {
    if (enabled.has(feature)) return;
    enabled.add(feature);
    for (const other of known[feature] ?? []) enable(other);
  };
  for (const feature of all ? Object.keys(known) : features) enable(feature);
  if (!noDefault) enable('default');
  return targets
    .filter(({ kind }) => kind.includes('bench'))
    .filter(({ requiredFeatures }) => requiredFeatures.every((feature) => enabled.has(feature)))
    .map(({ name }) => name)
    .sort();
}

function chosenFeatures({ args, ...choice }: FeatureChoice): {
  readonly features: readonly string[];
  readonly all: boolean;
  readonly noDefault: boolean;
} {
  const features = [...(choice.features ?? [])];
  let all = choice.allFeatures === true;
  let noDefault = choice.noDefaultFeatures === true;
  const { forCargo } = splitArguments(args);
  for (const [index, argument] of forCargo.entries()) {
    if (argument === '--all-features') all = true;
    if (argument === '--no-default-features') noDefault = true;
    const isName = argument === '--features' || argument === '-F';
    const value = /^(?:--features=|-F=?)(.+)$/s.exec(argument)?.[1];
    features.push((isName ? forCargo[index + 1] : value) ?? '');
  }
  return { features: features.flatMap((text) => text.split(/[\s,]+/)), all, noDefault };
}
