import { moduleIdentity, type Leaf, type TestBinaryId } from './test-module';

/** Prefix of every target that stands for tests. */
export const TARGET_PREFIX = 'test-';

/** What a package holds that needs a target. */
export interface TargetNameRequest {
  /**
   * The library: its Cargo target name and the paths of the modules that show
   * tests. Absent when the package has no library that libtest tests.
   */
  readonly library?: { readonly name: string; readonly modulePaths: readonly string[] };
  /** Test binaries that are a leaf each. */
  readonly binaries: readonly TestBinaryId[];
  /** Names of configured sets, without the prefix `test-`. */
  readonly setNames: readonly string[];
}

/** A target that runs tests. */
export interface LeafTarget {
  readonly target: string;
  readonly leaf: Leaf;
}

/** A target that stands for leaves. */
export interface GroupTarget {
  readonly target: string;
  /** What it stands for: module paths, sorted. */
  readonly modules: readonly string[];
  /** Targets of its leaves, sorted. */
  readonly leaves: readonly string[];
}

/** The targets of a package, each list sorted by target name; no name occurs twice. */
export interface NamedTargets {
  readonly leaves: readonly LeafTarget[];
  readonly groups: readonly GroupTarget[];
}

/**
 * Names the targets of a package. The names depend on nothing but the set of
 * modules and binaries, never on their order.
 *
 * A module's name is its shortest path suffix that no other module with tests
 * ends with. A suffix that several share is a group over all of them. Claims go
 * first to reserved names and configured sets, then to integration tests, then
 * to modules; a module that loses takes its full path, then the prefix `mod-`.
 */
export function nameTargets(request: TargetNameRequest): NamedTargets {
  const names = new NameClaims(['', 'doc', 'rest', 'root', ...request.setNames]);
  const leaves: LeafTarget[] = [];
  const groups: GroupTarget[] = [];
  leaves.push(...nameBinaries(request.binaries, names));
  if (request.library !== undefined) {
    const binary: TestBinaryId = { kind: 'lib', name: request.library.name };
    leaves.push({ target: 'test-rest', leaf: { binary, scope: { type: 'rest' } } });
    const identities = new Set(request.library.modulePaths.map(moduleIdentity));
    if (identities.delete('')) {
      leaves.push({ target: 'test-root', leaf: { binary, scope: { type: 'module', path: '' } } });
    }
    const modules = nameModules([...identities].sort(), names);
    for (const [path, target] of modules.leaves) {
      leaves.push({ target, leaf: { binary, scope: { type: 'module', path } } });
    }
    for (const { name, modules: stoodFor } of modules.groups) {
      const members = [...modules.leaves]
        .filter(([path]) => stoodFor.some((root) => path === root || isBelow(path, root)))
        .map(([, target]) => target);
      groups.push({ target: TARGET_PREFIX + name, modules: stoodFor, leaves: members.sort() });
    }
  }
  return { leaves: leaves.sort(byTarget), groups: groups.sort(byTarget) };
}

/** Hands out each name once. */
class NameClaims {
  readonly #taken: Set<string>;

  constructor(reserved: readonly string[]) {
    this.#taken = new Set(reserved);
  }

  /** Claims all of `names`, or none and says false. */
  claim(...names: readonly string[]): boolean {
    if (names.some((name) => this.#taken.has(name))) return false;
    for (const name of names) this.#taken.add(name);
    return true;
  }
}

function nameBinaries(binaries: readonly TestBinaryId[], names: NameClaims): LeafTarget[] {
  const leaf = (binary: TestBinaryId, name: string): LeafTarget => ({
    target: TARGET_PREFIX + name,
    leaf: { binary, scope: { type: 'binary' } },
  });
  const sorted = [...binaries].sort((a, b) => compare(binaryKey(a), binaryKey(b)));
  const integration = sorted.filter(({ kind }) => kind === 'test');
  const others = sorted.filter(({ kind }) => kind !== 'test');
  const named = others.map((binary) => leaf(binary, firstFree(binaryKey(binary), 'bin-', names)));
  // All first choices are settled before the losers choose again, so that order does not matter.
  const losers = integration.filter((binary) => {
    if (!names.claim(binary.name)) return true;
    named.push(leaf(binary, binary.name));
    return false;
  });
  for (const binary of losers) {
    named.push(leaf(binary, firstFree(`tests-${binary.name}`, 'tests-', names)));
  }
  return named;
}

function binaryKey({ kind, name }: TestBinaryId): string {
  return `${kind}-${name}`;
}

function firstFree(name: string, prefix: string, names: NameClaims): string {
  let candidate = name;
  while (!names.claim(candidate)) candidate = prefix + candidate;
  return candidate;
}

interface NamedModules {
  /** Identity of each module with own tests, and its leaf's target. */
  readonly leaves: ReadonlyMap<string, string>;
  readonly groups: readonly { readonly name: string; readonly modules: readonly string[] }[];
}

function nameModules(identities: readonly string[], names: NameClaims): NamedModules {
  const withTests = new Set(identities);
  const modules = [...new Set(identities.flatMap(withAncestors))].sort();
  const bySuffix = modulesBySuffix(modules);
  const groups: { name: string; modules: readonly string[] }[] = [];

  const shared = [...bySuffix].filter(([, owners]) => owners.length > 1);
  const claimAll = <T>(wanted: readonly T[], attempt: (item: T) => boolean): readonly T[] =>
    wanted.filter((item) => !attempt(item));

  const lostGroups = claimAll(shared, ([name, owners]) => {
    const claimed = names.claim(name);
    if (claimed) groups.push({ name, modules: owners });
    return claimed;
  });

  const leaves = new Map<string, string>();
  const claimModule = (path: string, name: string): boolean => {
    const isGroup = modules.some((other) => isBelow(other, path));
    const own = withTests.has(path);
    const leafName = isGroup ? `${name}-self` : name;
    if (!names.claim(...(isGroup ? [name] : []), ...(own ? [leafName] : []))) return false;
    if (own) leaves.set(path, TARGET_PREFIX + leafName);
    if (isGroup) groups.push({ name, modules: [path] });
    return true;
  };
  const lostModules = claimAll(modules, (path) =>
    claimModule(path, shortestUnshared(path, bySuffix) ?? joined(path)),
  );
  const lostTwice = claimAll(lostModules, (path) => claimModule(path, joined(path)));
  for (const [name, owners] of lostGroups) {
    groups.push({ name: firstFree(`mod-${name}`, 'mod-', names), modules: owners });
  }
  for (const path of lostTwice) {
    let name = `mod-${joined(path)}`;
    while (!claimModule(path, name)) name = `mod-${name}`;
  }
  return { leaves, groups };
}

/** A module's identity and those of the modules around it, without the root. */
function withAncestors(identity: string): readonly string[] {
  const segments = identity.split('::');
  return segments
    .map((_, index) => moduleIdentity(segments.slice(0, index + 1).join('::')))
    .map((path, index) => (index === segments.length - 1 ? identity : path))
    .filter((path) => path !== '');
}

function modulesBySuffix(modules: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const path of modules) {
    for (const suffix of suffixes(path)) {
      owners.set(suffix, [...(owners.get(suffix) ?? []), path]);
    }
  }
  return owners;
}

function shortestUnshared(
  path: string,
  bySuffix: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  return suffixes(path).find((suffix) => bySuffix.get(suffix)?.length === 1);
}

/** `arena` and `task-arena` for `task::arena`: shortest first. */
function suffixes(path: string): readonly string[] {
  const segments = path.split('::');
  return segments.map((_, index) => segments.slice(segments.length - 1 - index).join('-'));
}

function joined(path: string): string {
  return path.replaceAll('::', '-');
}

function isBelow(path: string, ancestor: string): boolean {
  return path.startsWith(`${ancestor}::`);
}

function byTarget(a: { readonly target: string }, b: { readonly target: string }): number {
  return compare(a.target, b.target);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
