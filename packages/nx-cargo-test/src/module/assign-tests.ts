import { CargoTestError } from '../errors';
import type { DiscoveredTest, DiscoveredTests } from './discover-tests';
import { moduleIdentity, type Leaf } from './test-module';

/**
 * Gives every test that the library lists to one leaf: the leaf of its module,
 * or of the module around when source shows that its last path segments are the
 * cases of one test function (`module::function::case_1`), or the rest.
 *
 * @param listed Full names as libtest lists them.
 * @param leaves Leaves of the library; leaves of other binaries are passed over.
 * @throws {CargoTestError} `GRAPH_OUT_OF_DATE` if a test belongs to none of them.
 */
export function assignTests(
  listed: readonly string[],
  leaves: readonly Leaf[],
  discovered: DiscoveredTests,
): ReadonlyMap<string, Leaf> {
  const byIdentity = new Map<string, Leaf>();
  let rest: Leaf | undefined;
  for (const leaf of leaves) {
    if (leaf.scope.type === 'module') byIdentity.set(leaf.scope.path, leaf);
    else if (leaf.scope.type === 'rest') rest = leaf;
  }
  const functions = new Set(
    discovered.modules.flatMap(({ path, tests }) => tests.map(({ name }) => join(path, name))),
  );
  const assigned = new Map<string, Leaf>();
  for (const name of listed) {
    const leaf = owner(plain(name), byIdentity, functions) ?? rest;
    if (leaf === undefined) {
      throw new CargoTestError(
        'GRAPH_OUT_OF_DATE',
        `the test ${name} belongs to no target; run \`nx reset\` if its module is new`,
      );
    }
    assigned.set(name, leaf);
  }
  return assigned;
}

/** A test function that source shows and the binary does not list. */
export interface UnlistedTest {
  /** Full name as libtest would list it, without `r#`. */
  readonly name: string;
  /**
   * For each place that declares it, the predicates of `cfg` that must hold
   * there. One of them being false in every place explains that it is missing.
   */
  readonly cfgs: readonly (readonly string[])[];
  /** True when it may be no test at all, because source does not tell for sure. */
  readonly uncertain: boolean;
}

/**
 * The tests of a leaf that source shows but the binary does not list.
 *
 * @param discovered What source shows of the leaf's own binary.
 * @param listed Full names that this binary lists.
 */
export function unlistedTests(
  leaf: Leaf,
  discovered: DiscoveredTests,
  listed: readonly string[],
): readonly UnlistedTest[] {
  const { scope } = leaf;
  if (scope.type === 'rest') return [];
  // A test function that makes cases is listed as the module of its cases.
  const known = new Set(listed.flatMap((name) => prefixes(plain(name))));
  const missing = new Map<string, DiscoveredTest[]>();
  for (const { path, tests } of discovered.modules) {
    if (scope.type === 'module' && moduleIdentity(path) !== scope.path) continue;
    for (const test of tests) {
      const name = join(path, test.name);
      if (!known.has(name)) missing.set(name, [...(missing.get(name) ?? []), test]);
    }
  }
  return [...missing].map(([name, places]) => ({
    name,
    cfgs: places.map(({ cfgs }) => cfgs),
    uncertain: places.some(({ uncertain }) => uncertain),
  }));
}

function owner(
  name: string,
  byIdentity: ReadonlyMap<string, Leaf>,
  functions: ReadonlySet<string>,
): Leaf | undefined {
  const own = byIdentity.get(moduleIdentity(parent(name)));
  if (own !== undefined) return own;
  const around = prefixes(parent(name)).reverse();
  const testFunction = around.find((path) => functions.has(path));
  return testFunction === undefined
    ? undefined
    : byIdentity.get(moduleIdentity(parent(testFunction)));
}

/** `a`, `a::b` and `a::b::c` for `a::b::c`. */
function prefixes(path: string): string[] {
  const segments = path.split('::');
  return segments.map((_, index) => segments.slice(0, index + 1).join('::'));
}

function parent(path: string): string {
  const end = path.lastIndexOf('::');
  return end === -1 ? '' : path.slice(0, end);
}

function join(modulePath: string, name: string): string {
  return modulePath === '' ? name : `${modulePath}::${name}`;
}

/** libtest lists the module `type` as `r#type`. */
function plain(name: string): string {
  return name.replaceAll('r#', '');
}
