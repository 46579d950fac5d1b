import { evaluateCfg, type CfgSet } from '../cargo/cfg-expression';
import type { CargoPackage } from '../cargo/metadata';
import { CargoTestError } from '../errors';
import { unlistedTests } from '../module/assign-tests';
import type { DiscoveredTests } from '../module/discover-tests';
import { formatLeafId, type Leaf, type TestBinaryId } from '../module/test-module';

/** A test binary with the tests that it lists and those that its source shows. */
export interface ListedBinary extends TestBinaryId {
  readonly harness: boolean;
  /** Names; that of the target alone without a harness. */
  readonly tests: readonly string[];
  readonly discovered: DiscoveredTests;
  readonly cfg: CfgSet;
}

/** The tests of one leaf. */
export interface LeafTests {
  readonly leaf: Leaf;
  /** Index of its binary; absent when the binary is not built in this configuration. */
  readonly binary?: number;
  /** Sorted. */
  readonly tests: readonly string[];
  /** Why there are none. */
  readonly absent?: string;
}

/**
 * The tests of a leaf, or why it has none.
 *
 * @param assigned Leaf id of every test of the library.
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` if what the leaf stands for is no
 *   longer there; `NO_TESTS_LISTED` if source shows tests, and nothing explains
 *   why the binary lists none of them.
 */
export function selectLeafTests(
  leaf: Leaf,
  binaries: readonly ListedBinary[],
  assigned: ReadonlyMap<string, string>,
  cargoPackage: CargoPackage,
): LeafTests {
  const id = formatLeafId(leaf);
  const index = binaries.findIndex(
    ({ kind, name }) => kind === leaf.binary.kind && name === leaf.binary.name,
  );
  const binary = binaries[index];
  if (binary === undefined) return { leaf, tests: [], absent: whyNotBuilt(leaf, cargoPackage) };
  const tests =
    leaf.scope.type === 'binary'
      ? [...binary.tests].sort()
      : [...assigned].flatMap(([test, owner]) => (owner === id ? [test] : [])).sort();
  if (tests.length > 0) return { leaf, binary: index, tests };
  return { leaf, binary: index, tests, absent: whyNoTests(leaf, binary) };
}

function whyNotBuilt(leaf: Leaf, cargoPackage: CargoPackage): string {
  const target = cargoPackage.targets.find(
    ({ name, kind }) =>
      name === leaf.binary.name && (leaf.binary.kind === 'lib' || kind.includes(leaf.binary.kind)),
  );
  if (target === undefined || !target.test || target.requiredFeatures.length === 0) {
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `cargo builds no tests of the ${leaf.binary.kind} target ${leaf.binary.name}, which ${formatLeafId(leaf)} stands for; ` +
        'if it was just removed, run the command again',
    );
  }
  return `the target needs features that are not enabled: ${target.requiredFeatures.join(', ')}`;
}

function whyNoTests(leaf: Leaf, binary: ListedBinary): string {
  const id = formatLeafId(leaf);
  if (leaf.scope.type === 'rest') return 'every test stands in a module that shows it';
  const unlisted = unlistedTests(leaf, binary.discovered, binary.tests);
  if (unlisted.length === 0) {
    if (leaf.scope.type === 'binary') return 'there are none in its source';
    throw new CargoTestError(
      'GRAPH_OUT_OF_DATE',
      `the module of ${id} shows no tests any more; if it was just changed, run the command again`,
    );
  }
  const reasons = new Set<string>();
  const unexplained: string[] = [];
  for (const { name, cfgs, uncertain } of unlisted) {
    const falseCfgs = cfgs.map((place) => place.filter((text) => isFalse(text, binary.cfg)));
    if (falseCfgs.every((place) => place.length > 0)) {
      for (const text of falseCfgs.flat()) reasons.add(`cfg(${text}) does not hold`);
    } else if (uncertain) reasons.add('its source leaves open whether there are any');
    else unexplained.push(name);
  }
  if (unexplained.length === 0) return [...reasons].sort().join(', ');
  throw new CargoTestError(
    'NO_TESTS_LISTED',
    `source shows tests for ${id}, but the binary lists none of them and no cfg explains it: ${unexplained.join(', ')}`,
  );
}

/** A predicate that cannot be read explains nothing. */
function isFalse(text: string, cfg: CfgSet): boolean {
  try {
    return !evaluateCfg(text, cfg);
  } catch {
    return false;
  }
}
