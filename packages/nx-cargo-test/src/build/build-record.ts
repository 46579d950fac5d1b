import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { replaceFile } from '../replace-file';
import { keepNewestFiles } from './keep-newest-files';

/** Version of the record's shape and of what its contents mean. */
const RECORD_SCHEMA = 1;

const recordSchema = v.strictObject({
  schema: v.literal(RECORD_SCHEMA),
  units: v.record(v.string(), v.string()),
  sources: v.record(v.string(), v.string()),
  others: v.record(v.string(), v.string()),
});

/** Of what contents the units of one build are made. */
export interface BuildRecord {
  /** State of each unit's stamp, by its absolute path; another state is another making. */
  readonly units: ReadonlyMap<string, string>;
  /** Content of each file that cargo knew some unit to be made of, by absolute path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Content of the other files of the packages, which build scripts and macros may have read. */
  readonly others: ReadonlyMap<string, string>;
}

/** The record of one kind of build. */
export interface BuildRecordFile {
  /** The record of the last such build; undefined without one, or if it's damaged. */
  read(): Promise<BuildRecord | undefined>;
  /** Replaces the record. A disk that cannot be written costs precision only. */
  write(record: BuildRecord): Promise<void>;
}

/**
 * Opens the record of what a kind of build was made of.
 *
 * @param buildFolder Absolute path from `createBuildFolder`.
 * @param kind What tells the build from others: package, features, profile.
 */
export function openBuildRecord(buildFolder: string, kind: readonly string[]): BuildRecordFile {
  const folder = join(buildFolder, 'records');
  const digest = createHash('sha256').update(JSON.stringify(kind)).digest('hex');
  const file = join(folder, `${digest.slice(0, 32)}.json`);
  return {
    read: async () => {
      try {
        const content: unknown = JSON.parse(await readFile(file, 'utf8'));
        const { units, sources, others } = v.parse(recordSchema, content);
        return { units: mapOf(units), sources: mapOf(sources), others: mapOf(others) };
      } catch {
        // Missing, of another version, or cut short: times are all that is left to go by.
        return undefined;
      }
    },
    write: async ({ units, sources, others }) => {
      const content: v.InferOutput<typeof recordSchema> = {
        schema: RECORD_SCHEMA,
        units: Object.fromEntries(units),
        sources: Object.fromEntries(sources),
        others: Object.fromEntries(others),
      };
      try {
        await replaceFile(file, JSON.stringify(content));
        await keepNewestFiles(folder, KEPT);
      } catch {
        // The next build goes by times.
      }
    },
  };
}

/** Lets configurations be switched. */
const KEPT = 100;

function mapOf(entries: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(entries));
}
