import { readExecutable } from '@nx-cargo-test/object-graph';
import type { Executable, Link, LinkedFile } from '@nx-cargo-test/object-graph';
import type { CapturedLink } from '../cargo/read-capture';
import { takesMoreMembers } from '../cargo/unfollowed-link-arguments';
import { isInside } from '../is-inside';
import { withFile } from './file-source';
import type { FingerprintRequest } from './fingerprint-binary';
import type { LinkPayload } from './link-payload';
import { withoutTableCache } from './table-cache';
import type { CachedTable } from './table-cache';

/** A link of which not all files need be in memory. */
export interface ReadLink {
  readonly files: readonly (Omit<LinkedFile, 'bytes'> & {
    readonly key: string | undefined;
    readonly cached: CachedTable;
  })[];
  readonly executable: Executable;
  readonly takesMore: boolean;
}

/** The same with all files in memory. @throws {ObjectGraphError} when one cannot be followed. */
export function wholeLink({ files, ...link }: ReadLink): Link {
  return {
    files: files.map(({ key: _, cached, ...file }) => ({ ...file, bytes: cached.table })),
    ...link,
  };
}

/**
 * Reads the files of a link.
 *
 * @returns What fingerprints are taken of, and what is kept of it for later questions.
 * @throws {ObjectGraphError} when a file cannot be followed.
 */
export function readLink(
  request: FingerprintRequest,
  link: CapturedLink,
): { objects: ReadLink; payload: LinkPayload | undefined } {
  const tables = request.tables ?? withoutTableCache([]);
  const read = link.inputs.map(({ path, file }) => {
    const isStandard = isInside(request.sysroot, path);
    const cached = tables.read(path, file);
    return {
      cached,
      key: cached.key,
      name: path,
      optimized: !isStandard && request.isOptimized(path),
      isStandard,
      isWorkspace: !isStandard && request.isWorkspace(path),
    };
  });
  tables.release();
  // Of a build elsewhere, what the linker wrote is here; cargo may have put it in another place.
  const file = request.locate?.(link.output) ?? request.executable;
  const executable = withFile(file, readExecutable);
  const takesMore = takesMoreMembers(link);
  const kept = read.flatMap(({ key, cached: _, ...file }) =>
    key === undefined ? [] : [{ ...file, key }],
  );
  return {
    objects: { files: read, executable, takesMore },
    payload:
      kept.length < read.length
        ? undefined
        : {
            files: kept,
            takesMore,
            executable: {
              ...executable,
              imports: [...executable.imports],
              exports: [...executable.exports],
              foreignLibraries: [...executable.foreignLibraries],
              foreignImports: [...executable.foreignImports],
            },
          },
  };
}
