import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { replaceFile } from '../replace-file';
import type { HashedSources } from './hashed-sources';

const recordSchema = v.object({ start: v.number(), digests: v.record(v.string(), v.string()) });

/** The start of a command as two of its processes compute it differs by a few clock ticks. */
const SAME_START_MILLISECONDS = 50;

/**
 * Keeps what a package's sources held before its build, for the tasks of the same
 * command that come after it: build scripts may write sources anew, with the
 * same content, so that these can no longer tell what Nx hashed.
 *
 * @param buildFolder Absolute path from `createBuildFolder`.
 */
export async function keepHashedSources(
  buildFolder: string,
  packageName: string,
  { start, digests }: HashedSources,
): Promise<void> {
  const content = JSON.stringify({ start, digests: Object.fromEntries(digests) });
  await replaceFile(recordFile(buildFolder, packageName), content);
}

/** Adds what a build of the same command kept; that of another command counts for nothing. */
export async function withKeptSources(
  buildFolder: string,
  packageName: string,
  hashed: HashedSources,
): Promise<HashedSources> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(recordFile(buildFolder, packageName), 'utf8'));
  } catch {
    // None was kept, or it is damaged: then fewer files count as unchanged.
    return hashed;
  }
  const record = v.safeParse(recordSchema, content);
  if (!record.success) return hashed;
  const { start, digests } = record.output;
  if (Math.abs(start - hashed.start) > SAME_START_MILLISECONDS) return hashed;
  return {
    start: hashed.start,
    digests: new Map([...Object.entries(digests), ...hashed.digests]),
  };
}

function recordFile(buildFolder: string, packageName: string): string {
  return join(buildFolder, `sources-${packageName}.json`);
}
