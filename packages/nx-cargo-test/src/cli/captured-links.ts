import { relative, sep } from 'node:path';
import type { LinkGraph } from '@nx-cargo-test/object-graph';
import { openLinkRecords, type LinkRecord } from '../build/link-records';
import { CargoTestError } from '../errors';
import { describeCommit } from '../report/describe-commit';
import { selectProject, type CargoProject } from './cargo-project';
import { formatMoment, plainText } from './plain-text';
import type { TextSink } from './run-cli';

/** What questions about links reach the outside by. */
export interface ObjectsEdges {
  /** The Cargo projects of an Nx workspace. */
  cargoProjects(workspaceRoot: string): Promise<readonly CargoProject[]>;
  /** Absolute folder in cargo's target folder below which links of a Cargo workspace are recorded. */
  buildFolder(workspaceRoot: string, cargoWorkspace: string): Promise<string>;
  /** Makes the graph of a recorded link. */
  loadGraph(record: LinkRecord, buildFolder: string): Promise<LinkGraph>;
}

/** Which links are asked about. */
export interface LinkSelection {
  /** Nx project name. Default: the project that the user stands in. */
  readonly project?: string;
  /** Cargo package name; another way to name the project. */
  readonly package?: string;
  /** `lib:glommio`, or only its kind or its name. Default: all of the project. */
  readonly binary?: string;
}

/** What a command about objects works with. */
export interface ObjectsCommand {
  readonly edges: ObjectsEdges;
  /** Absolute path. */
  readonly workspaceRoot: string;
  /** Folder that the user is in; absolute. */
  readonly cwd: string;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

/** The links of one test binary. */
export interface CapturedBinary {
  /** For example `lib:glommio`. */
  readonly id: string;
  /** The newest first; one at least. */
  readonly records: readonly LinkRecord[];
  load(record: LinkRecord): Promise<LinkGraph>;
}

/**
 * Finds the recorded links of a project's test binaries, sorted by kind and name.
 * Warns of records that cannot be read.
 *
 * @throws {CargoTestError} `UNCLEAR_SELECTION`; `NO_CAPTURED_LINK` if there is none.
 */
export async function findCapturedBinaries(
  { edges, workspaceRoot, cwd, stderr }: ObjectsCommand,
  selection: LinkSelection,
): Promise<CapturedBinary[]> {
  const folder = relative(workspaceRoot, cwd).split(sep).join('/') || '.';
  const project = selectProject(await edges.cargoProjects(workspaceRoot), selection, folder);
  const buildFolder = await edges.buildFolder(workspaceRoot, project.cargoWorkspace);
  const { records, notes } = await openLinkRecords(buildFolder).read(project.package);
  for (const note of notes) stderr.write(`warning: ${plainText(note)}\n`);
  const byBinary = new Map<string, LinkRecord[]>();
  for (const record of records) {
    const id = binaryId(record);
    const known = byBinary.get(id);
    if (known === undefined) byBinary.set(id, [record]);
    else known.push(record);
  }
  if (byBinary.size === 0) {
    throw new CargoTestError(
      'NO_CAPTURED_LINK',
      `no link of ${project.name} was recorded; run nx run ${project.name}:build-tests --skip-nx-cache`,
    );
  }
  const load = (record: LinkRecord): Promise<LinkGraph> => edges.loadGraph(record, buildFolder);
  const binaries = [...byBinary].map(([id, own]): CapturedBinary => ({ id, records: own, load }));
  const { binary } = selection;
  const selected = binaries.filter(
    ({ id }) => binary === undefined || id === binary || id.split(':').includes(binary),
  );
  if (selected.length > 0) return selected.sort((a, b) => (a.id < b.id ? -1 : 1));
  throw unclearBinary(`${project.name} has no test binary ${plainText(binary ?? '')}`, binaries);
}

/** `UNCLEAR_SELECTION` that lists test binaries. */
export function unclearBinary(what: string, choices: readonly CapturedBinary[]): CargoTestError {
  const list = choices.map(({ id }) => `\n  --binary=${plainText(id)}`).sort();
  return new CargoTestError('UNCLEAR_SELECTION', `${what}; name one of:${list.join('')}`);
}

/** A link for people: the beginning of its SHA-256, its commit and its time. */
export function describeLink(record: LinkRecord): string {
  return plainText(
    `${record.sha256.slice(0, 12)} (${describeCommit(record)}, ${formatMoment(record.linkedAt)})`,
  );
}

/** A link in the shape that `--json` prints. */
export function linkAsJson(record: LinkRecord): Record<string, unknown> {
  const { binary, sha256, linkedAt, commit, localChanges } = record;
  return {
    package: binary.package,
    binary: binaryId(record),
    sha256,
    linkedAt,
    commit,
    localChanges,
  };
}

function binaryId({ binary }: LinkRecord): string {
  return `${binary.kind}:${binary.name}`;
}
