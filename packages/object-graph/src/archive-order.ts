import type { LinkedObject, LinkedProgram } from './linked-program';
import { tableName } from './object-table';

/**
 * What the order depends on in which a link takes members of archives, if that order
 * matters: several of them have constructors, or entries of a section that is read as
 * a whole, and not all are taken since an object on the command line asks for them,
 * in which case they stand in the order of their archives. Linkers differ in how they
 * go on from member to member, so all that they go by counts: which are asked for from
 * elsewhere, and which ask for which. Members that come with the toolchain do not count.
 */
export function archiveOrder(program: LinkedProgram): string | undefined {
  const ordered = orderedMembers(program);
  if (ordered.size === 0) return undefined;
  const asked = new Set<LinkedObject>();
  for (const object of program.linked)
    if (object.explicit) for (const member of needed(program, object)) asked.add(member);
  if ([...ordered].every((member) => asked.has(member))) return undefined;
  const archives = new Set([...ordered].map(archiveOf));
  const members = program.linked.filter(
    (object) => isMember(object) && archives.has(archiveOf(object)),
  );
  const ranks = new Map(members.map((member, rank) => [member, rank]));
  return JSON.stringify(
    members.map((member) => [
      asked.has(member) ? 1 : 0,
      needed(program, member).flatMap((other) => ranks.get(other) ?? []),
    ]),
  );
}

const isMember = ({ explicit, isStandard }: LinkedObject): boolean => !explicit && !isStandard;
const archiveOf = ({ name }: LinkedObject): string => name.slice(0, name.lastIndexOf('('));

/** Members that add to what others of them add to as well. */
function orderedMembers(program: LinkedProgram): ReadonlySet<LinkedObject> {
  const lists = new Map<string, LinkedObject[]>();
  for (const object of program.linked.filter(isMember)) {
    const { unnamed, collected } = object.table;
    const names = new Set<string>();
    for (const list of [unnamed, collected])
      for (let at = 0; at < list.length; at += 2) names.add(tableName(object.table, list[at]!));
    for (const name of names)
      if (name !== '' && !name.startsWith(COVERAGE))
        lists.set(name, [...(lists.get(name) ?? []), object]);
  }
  return new Set([...lists.values()].filter((objects) => objects.length > 1).flat());
}

/** Sections of what coverage instrumentation adds, whose order tells nothing. */
const COVERAGE = '__llvm_';

/** The members that an object's references make the linker take, in their order. */
function needed(program: LinkedProgram, object: LinkedObject): LinkedObject[] {
  const found = new Set<LinkedObject>();
  const { externals } = object.table;
  for (let at = 0; at < externals.length; at += 2) {
    if (externals[at + 1] !== 0) continue;
    for (const { object: other } of program.definitions(object, at / 2))
      if (isMember(other) && other !== object) found.add(other);
  }
  return [...found];
}
