import { CargoTestError } from '../../errors';
import { TARGET_PREFIX } from '../../module/name-targets';
import { proposeNearest } from '../../nearest-name';

/** What a set can have of one Cargo package: names of leaves and groups without `test-`. */
export interface PackageMembers {
  readonly packageName: string;
  readonly project: string;
  readonly members: ReadonlySet<string>;
}

/** Members as the option `sets` has them: without `test-`, each once, in their order. */
export function normaliseMembers(members: readonly string[], packageName?: string): string[] {
  const names = members.map((member) => {
    const colon = member.indexOf(':');
    const name = member.slice(colon + 1);
    const short = name.startsWith(TARGET_PREFIX) ? name.slice(TARGET_PREFIX.length) : name;
    const owner = colon === -1 ? packageName : member.slice(0, colon);
    return owner === undefined ? short : `${owner}:${short}`;
  });
  return [...new Set(names)];
}

/**
 * Checks that every member exists, and that no package would get a set that fails for
 * lacking some of them.
 *
 * @returns the packages that have the set.
 * @throws {CargoTestError} `INVALID_OPTIONS` naming the first wrong member, with the
 *   nearest right one or the form that means one package.
 */
export function checkMembers(
  members: readonly string[],
  packages: readonly PackageMembers[],
): readonly PackageMembers[] {
  for (const member of members) checkMember(member, packages);
  const plain = members.filter((member) => !member.includes(':'));
  return packages.filter((each) => {
    const own = members.filter((member) => member.startsWith(`${each.packageName}:`));
    const found = plain.filter((member) => each.members.has(member));
    if (own.length === 0 && found.length === 0) return false;
    const missing = plain.filter((member) => !each.members.has(member));
    if (missing.length === 0) return true;
    const owner = packages.find(({ members }) => members.has(missing[0] ?? ''));
    throw refused(
      `the package ${each.packageName} has ${[...own, ...found].join(', ')} but not ${missing.join(', ')}, and its set would fail; ` +
        `write ${owner?.packageName}:${missing[0]}, or pass --package=${owner?.packageName} if all members are of one package`,
    );
  });
}

function checkMember(member: string, packages: readonly PackageMembers[]): void {
  const colon = member.indexOf(':');
  const owner = member.slice(0, Math.max(colon, 0));
  const name = member.slice(colon + 1);
  const candidates =
    colon === -1 ? packages : packages.filter(({ packageName }) => packageName === owner);
  if (candidates.length === 0) {
    const names = packages.map(({ packageName }) => packageName);
    throw refused(`there is no package ${owner}${proposeNearest(owner, names)}`);
  }
  if (candidates.some(({ members }) => members.has(name))) return;
  const where = colon === -1 ? 'no package' : `the package ${owner}`;
  const verb = colon === -1 ? 'has' : 'does not have';
  const known = candidates.flatMap(({ members }) => [...members]);
  throw refused(`${where} ${verb} the target test-${name}${proposeNearest(name, known)}`);
}

function refused(message: string): CargoTestError {
  return new CargoTestError(
    'INVALID_OPTIONS',
    `options of the generator nx-cargo-test:module-batch: members: ${message}`,
  );
}
