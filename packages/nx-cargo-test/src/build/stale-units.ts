import type { BuildRecord } from './build-record';
import type { BuildUnit } from './build-units';
import type { SourceContents } from './source-contents';

/** When and as what a unit was made. */
export interface Making {
  /** Differs between two makings of the unit. */
  readonly state: string;
  /** In nanoseconds since the epoch. */
  readonly time: bigint;
}

/** A finished build, and all that it may have been made of. */
export interface BuildToJudge {
  /** Units with the files of the folders that they are made of in place of the folders. */
  readonly units: readonly BuildUnit[];
  readonly making: (unit: BuildUnit) => Making;
  /** Of what the last such build was made, if that is known. */
  readonly record: BuildRecord | undefined;
  /** Files of the packages, no matter whether a unit is known to be made of them. */
  readonly files: readonly string[];
  readonly contents: SourceContents;
  /** Whether the unit may have read a file without cargo being told. */
  readonly mayRead: (unit: BuildUnit, file: string) => boolean;
  /** Whether incremental compilation keeps what it made of such a file, even if the unit is made anew. */
  readonly mayKeep: (unit: BuildUnit) => boolean;
}

/** A unit that cargo takes for up to date although it was made of other contents. */
export interface StaleUnit {
  readonly unit: BuildUnit;
  /** Files that it is known to be made of and that changed since. Sorted. */
  readonly declared: readonly string[];
  /** Files that it may have read and that changed since. Sorted. */
  readonly undeclared: readonly string[];
}

/**
 * Finds units that cargo takes for up to date although a file changed since they
 * were made: its modification time may be older than the unit, and cargo may not
 * know that a build script or a macro reads it.
 *
 * A unit that was made as the record says is compared with the record's
 * contents. Of any other nothing is known but the time, so a file counts as
 * changed if anything of it changed later.
 */
export function findStaleUnits(build: BuildToJudge): StaleUnit[] {
  const { record, contents } = build;
  const known = new Set(build.units.flatMap(({ files }) => files));
  const others = [...new Set([...build.files, ...(record?.others.keys() ?? [])])].filter(
    (file) => !known.has(file),
  );
  const recorded = (file: string): string | undefined =>
    record?.sources.get(file) ?? record?.others.get(file);
  const differs = memoize((file) => contents.now(file) !== recorded(file));
  const changedAt = memoize((file) => contents.changedAt(file));
  // Most often there are none, which spares looking at each unit's share of them.
  const otherChanges = others.filter(differs);
  return build.units.flatMap((unit) => {
    if (!unit.fresh) {
      const kept = otherChanges.length > 0 && record !== undefined && build.mayKeep(unit);
      const undeclared = kept ? otherChanges.filter((file) => build.mayRead(unit, file)) : [];
      return undeclared.length === 0 ? [] : [{ unit, declared: [], undeclared: undeclared.sort() }];
    }
    const { state, time } = build.making(unit);
    const isRecorded = record?.units.get(unit.stamp) === state;
    const isChanged = (file: string): boolean =>
      isRecorded ? differs(file) : (changedAt(file) ?? 0n) > time;
    const declared = unit.files.filter(isChanged).sort();
    const undeclared = (isRecorded ? otherChanges : others.filter(isChanged))
      .filter((file) => build.mayRead(unit, file))
      .sort();
    return declared.length + undeclared.length === 0 ? [] : [{ unit, declared, undeclared }];
  });
}

function memoize<T>(compute: (file: string) => T): (file: string) => T {
  const known = new Map<string, T>();
  return (file) => {
    if (!known.has(file)) known.set(file, compute(file));
    return known.get(file)!;
  };
}
