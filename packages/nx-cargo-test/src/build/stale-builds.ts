import { readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { CargoMessages } from '../cargo/cargo-messages';
import type { CargoWorkspace } from '../cargo/metadata';
import { CargoTestError } from '../errors';
import type { BuildRecord, BuildRecordFile } from './build-record';
import { readBuildUnits, type BuildUnit } from './build-units';
import type { HashedSources } from './hashed-sources';
import { ignoredFiles, type HashedWorkspace } from './ignored-files';
import { findAssembling, packageOf, undeclaredReads, workspaceFiles } from './package-files';
import { localFiles, type BuildFiles } from './build-files';
import { createSourceContents } from './source-contents';
import { fileState, takeSnapshot, type SourceSnapshot } from './source-snapshot';
import { findStaleUnits, type BuildToJudge, type Making, type StaleUnit } from './stale-units';
import type { TouchedSources } from './touched-sources';

/** A unit that was made again because cargo took it for up to date though files had changed. */
export interface RemadeUnit {
  /** For messages: `glommio of /ws/glommio`, `the build script of glommio`. */
  readonly name: string;
  /** Absolute paths of the files that had changed. Sorted. */
  readonly changed: readonly string[];
}

/** Watches over one build that nothing in it is older than the sources; for a single build. */
export interface StaleBuilds {
  /** The snapshot of the sources, with the times that were set here. */
  readonly sources: SourceSnapshot;
  /** Units that were made again, or will be when cargo runs the next time. */
  readonly remade: readonly RemadeUnit[];
  /**
   * Looks at what cargo took for up to date, and gives the root source of each
   * unit that is not a new modification time.
   *
   * @param started When this run of cargo was started, in milliseconds since the epoch by the clock of its machine.
   * @param left What cargo left. Default: on this machine.
   * @returns whether cargo has to run again.
   * @throws {CargoTestError} `SOURCES_CHANGED` if cargo still takes a unit for up to date.
   */
  mustRunAgain(messages: CargoMessages, started: number, left?: BuildFiles): Promise<boolean>;
  /** Records of what the build was made that was looked at last. */
  keep(): Promise<void>;
}

/**
 * Finds what cargo wrongly takes for up to date. Nx goes by content, cargo by
 * modification times and by what build scripts and macros declare: without this,
 * a build of old sources would be kept as that of the new ones.
 *
 * @param context.sources State before the build of the package's files and of those of what it depends on by path.
 * @param context.hashed Contents of these files, as far as they were read.
 */
export function watchStaleBuilds(context: {
  readonly cargo: CargoWorkspace;
  readonly sources: SourceSnapshot;
  readonly hashed: HashedSources;
  readonly workspace: HashedWorkspace;
  readonly recordFile: BuildRecordFile;
  readonly touchedSources: TouchedSources;
  /** Gives a source the modification time of now where cargo sees it. Default: here. */
  readonly touch?: ((file: string) => Promise<void>) | undefined;
}): StaleBuilds {
  const { cargo, workspace, hashed, recordFile, touchedSources } = context;
  const sources = new Map(context.sources);
  for (const file of workspaceFiles(cargo)) sources.set(file, fileState(file));
  const contents = createSourceContents(sources, hashed);
  const touched = new Map<string, { readonly unit: StaleUnit; readonly state: string }>();
  let last: BuildOfCargo | undefined;
  return {
    sources,
    get remade() {
      const all = [...touched.values()].map(({ unit }) => ({
        name: unit.unit.name,
        changed: [...unit.declared, ...unit.undeclared],
      }));
      // A library is a unit of its own for its tests, and once more for what links it.
      return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
    },
    mustRunAgain: async (messages, started, left = localFiles) => {
      const record = await recordFile.read();
      const build = describeBuild(context, sources, contents, messages, record, left);
      last = build;
      for (const { unit, state } of touched.values()) assertRemade(unit, state, build);
      const found = findStaleUnits(build).filter(({ unit }) => !touched.has(unit.stamp));
      const stale = await withoutIgnored(found, workspace);
      for (const each of stale) {
        touched.set(each.unit.stamp, { unit: each, state: build.making(each.unit).state });
        if (context.touch === undefined && build.mayKeep(each.unit)) dropIncremental(each.unit);
        await touch(each, context.touch ?? touchedSources.touch);
        sources.set(each.unit.root, fileState(each.unit.root));
      }
      return stale.length > 0 || build.units.some((unit) => isMadeByAnother(unit, build, started));
    },
    keep: async () => {
      if (last === undefined) return;
      const { units, making, files } = last;
      const known = new Set(units.flatMap((unit) => unit.files));
      await recordFile.write({
        units: new Map(units.map((unit) => [unit.stamp, making(unit).state])),
        sources: contentsOf(known, contents.now),
        others: contentsOf(
          files.filter((file) => !known.has(file)),
          contents.before,
        ),
      });
    },
  };
}

/** A making with its time by the clock of the machine that built. */
interface CargoMaking extends Making {
  readonly timeThere: bigint;
}

interface BuildOfCargo extends BuildToJudge {
  readonly making: (unit: BuildUnit) => CargoMaking;
}

function describeBuild(
  { cargo, workspace }: Parameters<typeof watchStaleBuilds>[0],
  sources: SourceSnapshot,
  contents: BuildToJudge['contents'],
  messages: CargoMessages,
  record: BuildRecord | undefined,
  left: BuildFiles,
): BuildOfCargo {
  // Below the target folders lie results, ours among them, and what build scripts made.
  const results = [cargo.targetFolder, join(cargo.folder, 'target', 'nx-cargo-test')];
  const isSource = (file: string): boolean =>
    isInside(workspace.workspaceRoot, file) && !results.some((folder) => isInside(folder, file));
  const files = [...sources.keys()].filter(isSource);
  const raw = readBuildUnits(messages, cargo.folder, left);
  const owner = packageOf(cargo, raw);
  const assembles = findAssembling(textOf);
  const paths = new Set([...files, ...(record?.sources.keys() ?? [])]);
  const units = raw.map((unit) => ({
    ...unit,
    files: filesOf(unit, paths, owner).filter(isSource),
  }));
  // As of now, before another cargo may make them anew.
  const makings = new Map(units.map(({ stamp }) => [stamp, makingOf(stamp, left)]));
  return {
    units,
    making: ({ stamp }) => makings.get(stamp)!,
    record,
    files,
    contents,
    mayRead: undeclaredReads(cargo, raw, assembles),
    mayKeep: assembles,
  };
}

/** Removes what rustc would make the unit of again: `incremental/<crate>-<hash>` beside `deps`. */
function dropIncremental({ stamp }: BuildUnit): void {
  const folder = join(dirname(stamp), '../incremental');
  const crate = basename(stamp).replace(/(?:-[0-9a-f]+)?\.d$/, '');
  for (const name of localFiles.list(folder))
    if (name.replace(/-[^-]*$/, '') === crate)
      rmSync(join(folder, name), { recursive: true, force: true });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Files that a unit is made of; a script that declares nothing is made of its whole package, cargo holds. */
function filesOf(
  unit: BuildUnit,
  paths: ReadonlySet<string>,
  owner: (file: string) => string | undefined,
): string[] {
  const isBare = unit.type === 'script' && unit.files.length + unit.variables.length === 0;
  const own = isBare ? [...paths].filter((file) => owner(file) === unit.packageFolder) : unit.files;
  return own.flatMap((file) => {
    if (unit.type === 'crate' || !statSync(file, { throwIfNoEntry: false })?.isDirectory())
      return [file];
    const below = [...paths].filter((path) => isInside(file, path));
    return below.length > 0 ? below : [...takeSnapshot([file]).keys()];
  });
}

function makingOf(stamp: string, left: BuildFiles): CargoMaking {
  const { mtimeNs, madeNs, size } = left.status(stamp)!;
  // Without the inode, because a folder restored from an archive holds the same making.
  return { state: `${mtimeNs}:${size}`, time: madeNs, timeThere: mtimeNs };
}

/**
 * Whether another cargo made a unit that ours found up to date, at a time when
 * ours may already have looked at it.
 */
function isMadeByAnother(unit: BuildUnit, build: BuildOfCargo, started: number): boolean {
  return (
    unit.type === 'crate' && unit.fresh && build.making(unit).timeThere >= millionfold(started)
  );
}

function millionfold(milliseconds: number): bigint {
  return BigInt(Math.floor(milliseconds)) * 1_000_000n;
}

/** Leaves out what Nx does not hash: such files make no difference to the key of a build. */
async function withoutIgnored(
  found: readonly StaleUnit[],
  workspace: HashedWorkspace,
): Promise<StaleUnit[]> {
  const { workspaceRoot } = workspace;
  const paths = new Set(found.flatMap(({ undeclared }) => undeclared));
  const ignored = new Set(
    await ignoredFiles(
      workspace,
      [...paths].map((file) => relative(workspaceRoot, file)),
    ),
  );
  return found
    .map((each) => ({
      ...each,
      undeclared: each.undeclared.filter((file) => !ignored.has(relative(workspaceRoot, file))),
    }))
    .filter(({ declared, undeclared }) => declared.length + undeclared.length > 0);
}

async function touch(
  stale: StaleUnit,
  touchFile: (file: string) => Promise<void> | void,
): Promise<void> {
  try {
    await touchFile(stale.unit.root);
  } catch (cause) {
    throw misled(stale, { cause });
  }
}

function assertRemade(stale: StaleUnit, oldState: string, build: BuildToJudge): void {
  const unit = build.units.find(({ stamp }) => stamp === stale.unit.stamp);
  if (unit !== undefined && build.making(unit).state === oldState) throw misled(stale);
}

function misled({ unit, declared, undeclared }: StaleUnit, options?: ErrorOptions): CargoTestError {
  return new CargoTestError(
    'SOURCES_CHANGED',
    `cargo takes ${unit.name} for up to date, though these files changed since it was made: ` +
      `${[...declared, ...undeclared].join(', ')}; \`touch ${unit.root}\` or \`cargo clean\` mends that`,
    options,
  );
}

function contentsOf(
  files: Iterable<string>,
  content: (file: string) => string | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    [...files].flatMap((file) => {
      const text = content(file);
      return text === undefined ? [] : [[file, text] as const];
    }),
  );
}

function isInside(folder: string, file: string): boolean {
  return file.startsWith(`${folder}/`);
}
