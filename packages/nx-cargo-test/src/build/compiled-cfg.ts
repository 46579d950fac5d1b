import type { CargoMessages, CompilerArtifact } from '../cargo/cargo-messages';
import { parseCfgSet, type CfgSet } from '../cargo/cfg-expression';

/**
 * The configuration that a unit was compiled with: rustc's own with what cargo,
 * the profile and the build script add.
 *
 * @param ownCfg What rustc sets by itself for the target.
 */
export function compiledCfg(
  ownCfg: CfgSet,
  { buildScripts }: CargoMessages,
  artifact: CompilerArtifact,
): CfgSet {
  const set = parseCfgSet(
    buildScripts
      .filter(({ packageId }) => packageId === artifact.packageId)
      .flatMap(({ cfgs }) => cfgs)
      .join('\n'),
  );
  const names = new Set([...ownCfg.names, ...set.names]);
  if (artifact.isTest) names.add('test');
  if (artifact.debugAssertions) names.add('debug_assertions');
  else names.delete('debug_assertions');
  const features = artifact.features.map((feature) => `feature="${feature}"`);
  return { names, pairs: new Set([...ownCfg.pairs, ...set.pairs, ...features]) };
}
