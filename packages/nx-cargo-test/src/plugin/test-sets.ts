import type { ErrorCode } from '../errors';
import { TARGET_PREFIX, type NamedTargets } from '../module/name-targets';

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

interface Member {
  readonly target: string;
  /** Whether the option names the package. */
  readonly qualified: boolean;
}

function memberTarget(member: string, packageName: string): readonly Member[] {
  const colon = member.indexOf(':');
  if (colon !== -1 && member.slice(0, colon) !== packageName) return [];
  const short = member.slice(colon + 1);
  const target = short.startsWith(TARGET_PREFIX) ? short : TARGET_PREFIX + short;
  return [{ target, qualified: colon !== -1 }];
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
