import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GRAPH_VERSION } from '@nx-cargo-test/object-graph';
import * as v from 'valibot';
import { messageOf } from '../errors';
import { parseJson } from '../fingerprint/fingerprint-file';
import { replaceFile } from '../replace-file';
import { keepNewestFiles } from './keep-newest-files';

/** Version of the record's shape. */
const LINK_RECORD_SCHEMA = 1;

/** How many links of a binary are kept: enough for a before and an after, and a switch of branches between. */
const KEPT = 3;

const linkRecordSchema = v.strictObject({
  schema: v.literal(LINK_RECORD_SCHEMA),
  /** Version of what is read off objects; what `link` holds belongs to it. */
  graphVersion: v.number(),
  binary: v.strictObject({
    /** Cargo package name. */
    package: v.string(),
    kind: v.picklist(['lib', 'bin', 'example', 'test', 'bench']),
    /** Cargo target name. */
    name: v.string(),
  }),
  /** SHA-256 of the executable, lower-case hexadecimal. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** When the executable was linked; ISO 8601, UTC. */
  linkedAt: v.pipe(v.string(), v.isoTimestamp()),
  /** The commit that was checked out, in full; absent outside of a git repository. */
  commit: v.exactOptional(v.string()),
  /** The sources differed from the commit. */
  localChanges: v.boolean(),
  /** Every test that the binary lists, sorted. */
  tests: v.array(v.string()),
  /** What was linked, as whoever follows it wrote it. */
  link: v.unknown(),
});

/** A link of a test binary that can be asked about after its objects are gone. */
export type LinkRecord = Omit<v.InferOutput<typeof linkRecordSchema>, 'schema' | 'graphVersion'>;

/** The test binary that a {@link LinkRecord} is of. */
export type LinkedBinary = LinkRecord['binary'];

/** Records that could be read, and what is wrong with the others. */
export interface ReadLinkRecords {
  /** By binary; of each the newest first. */
  readonly records: readonly LinkRecord[];
  /** A sentence for each file that is ignored. */
  readonly notes: readonly string[];
}

/** The newest links of each test binary. */
export interface LinkRecords {
  /** Keeps a link; one with the same executable is replaced. A disk that cannot be written costs explanations only. */
  write(record: LinkRecord): Promise<void>;
  /** @param packageName Only of this Cargo package. Default: of all. */
  read(packageName?: string): Promise<ReadLinkRecords>;
}

/**
 * Opens the records of links.
 *
 * @param buildFolder Absolute path from `createBuildFolder`; for reading it need not exist.
 */
export function openLinkRecords(buildFolder: string): LinkRecords {
  const root = join(buildFolder, 'links');
  return {
    async write(record) {
      const { package: packageName, kind, name } = record.binary;
      const folder = join(root, nameOf(packageName), nameOf(`${kind}:${name}`));
      const file = join(folder, `${record.sha256}.json`);
      const content = { schema: LINK_RECORD_SCHEMA, graphVersion: GRAPH_VERSION, ...record };
      try {
        await replaceFile(file, JSON.stringify(content));
        await keepNewestFiles(folder, KEPT);
      } catch {
        // A record less to explain things from.
      }
    },
    async read(packageName) {
      const records: LinkRecord[] = [];
      const notes: string[] = [];
      const packages = packageName === undefined ? await namesIn(root) : [nameOf(packageName)];
      for (const each of packages) {
        for (const binary of await namesIn(join(root, each))) {
          const read = await readFolder(join(root, each, binary));
          records.push(...read.records);
          notes.push(...read.notes);
        }
      }
      return { records, notes };
    },
  };
}

async function readFolder(folder: string): Promise<ReadLinkRecords> {
  const records: LinkRecord[] = [];
  const notes: string[] = [];
  for (const name of await namesIn(folder)) {
    // Others are being written.
    if (!name.endsWith('.json')) continue;
    const file = join(folder, name);
    try {
      const text = await readFile(file, 'utf8');
      const { schema: _, graphVersion, ...record } = parseJson(linkRecordSchema, text, file);
      if (graphVersion === GRAPH_VERSION) records.push(record);
      else notes.push(`${file} was written by another version and is ignored`);
    } catch (error) {
      notes.push(`${messageOf(error)}; the file is ignored`);
    }
  }
  records.sort((a, b) => (a.linkedAt > b.linkedAt ? -1 : a.linkedAt < b.linkedAt ? 1 : 0));
  return { records, notes };
}

/** A name as that of a file: Cargo allows no slash in them, but a manifest may still say anything. */
function nameOf(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E');
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
