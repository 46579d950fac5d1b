import { CargoTestError, type ErrorCode } from '../errors';
import { TARGET_PREFIX, type NamedTargets } from '../module/name-targets';
import { proposeNearest } from '../nearest-name';

/** A configured set as a target. */
export interface TestSet {
  readonly target: string;
  /** Targets of its leaves, sorted. */
  readonly leaves: readonly string[];
  /** Why the set cannot run: it names a target that the package does not have. */
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

/**
 * The sets that concern a package: those of which at least one member is a
 * target of the package, or that name the package.
 */
export function resolveSets(
  sets: Readonly<Record<string, readonly string[]>>,
  packageName: string,
  named: NamedTargets,
): readonly TestSet[] {
  const leavesOf = new Map<string, readonly string[]>([
    ...named.leaves.map(({ target }) => [target, [target]] as const),
    ...named.groups.map(({ target, leaves }) => [target, leaves] as const),
  ]);
  return Object.entries(sets).flatMap(([name, members]): readonly TestSet[] => {
    const own = members.flatMap((member) => memberTarget(member, packageName));
    const unknown = own.filter(({ target }) => !leavesOf.has(target));
    const isNamed = own.some(({ qualified }) => qualified);
    if (own.length === 0 || (unknown.length === own.length && !isNamed)) return [];
    const leaves = new Set(own.flatMap(({ target }) => leavesOf.get(target) ?? []));
    return [
      {
        target: TARGET_PREFIX + name,
        leaves: [...leaves].sort(),
        ...(unknown.length === 0 ? {} : { failure: unknownMembers(name, packageName, unknown) }),
      },
    ];
  });
}

/** A package and what sets can have as members: names of its targets without `test-`. */
export interface PackageMembers {
  readonly packageName: string;
  readonly members: readonly string[];
}

/**
 * The sets with a member that no package has, each with what is wrong: a package by
 * itself cannot tell such a member from one that another package has.
 */
export function setsWithStrayMembers(
  sets: Readonly<Record<string, readonly string[]>>,
  packages: readonly PackageMembers[],
): ReadonlyMap<string, CargoTestError> {
  const packageNames = new Set(packages.map(({ packageName }) => packageName));
  const names = new Set(packages.flatMap((each) => each.members));
  const problem = (member: string): string | undefined => {
    const [packageName, name] = /^([^:]*):(.*)$/s.exec(member)?.slice(1) ?? [];
    if (name !== undefined) {
      return packageNames.has(packageName ?? '')
        ? undefined
        : `no package is called ${packageName}${proposeNearest(packageName ?? '', packageNames)}`;
    }
    const short = shortName(member);
    return names.has(short)
      ? undefined
      : `no package has a target ${TARGET_PREFIX}${short}${proposeNearest(short, names)}`;
  };
  const wrong = Object.entries(sets).flatMap(([name, members]) => {
    const [first] = members.flatMap((member, index) => {
      const what = problem(member);
      return what === undefined ? [] : [`sets.${name}.${index}: ${what}`];
    });
    if (first === undefined) return [];
    const message = `options of nx-cargo-test in nx.json: ${first}`;
    return [[name, new CargoTestError('INVALID_OPTIONS', message)] as const];
  });
  return new Map(wrong);
}

interface Member {
  readonly target: string;
  /** Whether the option names the package. */
  readonly qualified: boolean;
}

function memberTarget(member: string, packageName: string): readonly Member[] {
  const colon = member.indexOf(':');
  if (colon !== -1 && member.slice(0, colon) !== packageName) return [];
  const target = TARGET_PREFIX + shortName(member.slice(colon + 1));
  return [{ target, qualified: colon !== -1 }];
}

function shortName(member: string): string {
  return member.startsWith(TARGET_PREFIX) ? member.slice(TARGET_PREFIX.length) : member;
}

function unknownMembers(
  name: string,
  packageName: string,
  unknown: readonly Member[],
): NonNullable<TestSet['failure']> {
  const names = unknown.map(({ target }) => target).join(', ');
  return {
    code: 'INVALID_OPTIONS',
    message:
      `options of nx-cargo-test in nx.json: sets.${name}: the package ${packageName} has no target ${names}; ` +
      `write "package:target" for members that other packages have`,
  };
}
