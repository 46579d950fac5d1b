import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import * as v from 'valibot';
import { leafFileName, packageFolder } from '../build/paths';
import { messageOf } from '../errors';
import { parseJson } from '../fingerprint/fingerprint-file';
import type { Leaf } from '../module/test-module';
import { replaceFile } from '../replace-file';
import type { Lessons } from './learned-budget';
import type { ResourceCeiling } from './resource-ceiling';

/** Version of the file's shape. */
export const RESOURCES_SCHEMA = 1;
/** How many runs of a leaf are kept. */
export const KEPT_RUNS = 5;
/** For how many ceilings a budget is kept. */
const KEPT_BUDGETS = 10;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const ceilingSchema = v.strictObject({
  memoryBytes: v.exactOptional(count),
  memoryFrom: v.exactOptional(v.picklist(['controlGroup', 'machine'])),
  descriptors: v.exactOptional(count),
  lockedBytes: v.exactOptional(count),
});

const runSchema = v.strictObject({
  /** When it ended; ISO 8601 in UTC. */
  at: v.string(),
  ceiling: ceilingSchema,
  /** In the order in which they ran; one at least. */
  processes: v.array(
    v.strictObject({
      /** Number of tests that it was to run. */
      tests: count,
      seconds: v.number(),
      /** What killed it, if it was killed from outside, or what it lacked. */
      killedBy: v.exactOptional(v.string()),
      /** How many of its tests ran again in other processes. */
      rerun: v.exactOptional(count),
      /** The most that was seen of each resource, if it ran long enough to be seen. */
      peaks: v.exactOptional(
        v.strictObject({
          descriptors: count,
          rings: count,
          residentBytes: count,
          lockedBytes: count,
          threads: count,
        }),
      ),
    }),
  ),
});

const resourceFileSchema = v.strictObject({
  schema: v.literal(RESOURCES_SCHEMA),
  /** `formatLeafId` of the leaf. */
  leaf: v.string(),
  /** The last runs, the newest last. */
  runs: v.array(runSchema),
  /** What was learned under each ceiling, the newest last. */
  budgets: v.array(
    v.strictObject({
      ceiling: ceilingSchema,
      /** The command that started the test binary: the target runner, if there is one. */
      runner: v.array(v.string()),
      budget: v.exactOptional(
        v.strictObject({
          killed: v.strictObject({
            tests: count,
            why: v.string(),
            exhausted: v.exactOptional(v.literal(true)),
            at: v.string(),
          }),
          fitted: count,
          ended: count,
        }),
      ),
      /** Tests that run alone. */
      alone: v.exactOptional(
        v.array(v.strictObject({ test: v.string(), why: v.string(), at: v.string() })),
      ),
    }),
  ),
});

/** What is known of the resources that a leaf needs. */
export type ResourceFile = v.InferOutput<typeof resourceFileSchema>;

/** One run of a leaf. */
export type ResourceRun = v.InferOutput<typeof runSchema>;

/** What a budget holds for: another machine, limit or target runner starts afresh. */
export interface BudgetScope {
  readonly ceiling: ResourceCeiling;
  /** The target runner with its arguments; empty if there is none. */
  readonly runner: readonly string[];
}

/** Folder of the files of a package, relative to the Nx workspace root and with forward slashes. */
export function resourcesFolder(cargoWorkspace: string, packageName: string): string {
  return posix.join(packageFolder(cargoWorkspace, packageName), 'resources');
}

/** File of a leaf, like {@link resourcesFolder}; no output of any target. */
export function resourceFile(cargoWorkspace: string, packageName: string, leaf: Leaf): string {
  return posix.join(resourcesFolder(cargoWorkspace, packageName), leafFileName(leaf));
}

/** Stands for a leaf in what is known of the processes that leaves of one package share. */
export const SHARED_PROCESSES = 'shared';

/** File of a package's shared processes, like {@link resourceFile}. No leaf has a file of this name. */
export function sharedResourceFile(cargoWorkspace: string, packageName: string): string {
  return posix.join(resourcesFolder(cargoWorkspace, packageName), `${SHARED_PROCESSES}.json`);
}

/** What is known of a leaf of which nothing is. */
export function emptyResources(leaf: string): ResourceFile {
  return { schema: RESOURCES_SCHEMA, leaf, runs: [], budgets: [] };
}

/**
 * Reads a leaf's file. Never rejects: what cannot be read is nothing that is
 * known, and `problem` says so; the next run replaces it.
 *
 * @param leaf `formatLeafId` of the leaf.
 */
export async function readResources(
  file: string,
  leaf: string,
): Promise<{ readonly content: ResourceFile; readonly problem?: string }> {
  try {
    const content = parseJson(resourceFileSchema, await readFile(file, 'utf8'), file);
    if (content.leaf === leaf) return { content };
    return { content: emptyResources(leaf), problem: `${file} is about ${content.leaf}` };
  } catch (error) {
    const content = emptyResources(leaf);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { content };
    return { content, problem: messageOf(error) };
  }
}

/** Replaces a leaf's file. */
export async function writeResources(file: string, content: ResourceFile): Promise<void> {
  await replaceFile(file, `${JSON.stringify(content, null, 1)}\n`);
}

/**
 * Reads all files of a folder, sorted by leaf.
 *
 * @param folder Absolute path. One that is missing has none.
 */
export async function readAllResources(folder: string): Promise<{
  readonly files: readonly { readonly file: string; readonly content: ResourceFile }[];
  /** Why files were ignored. */
  readonly problems: readonly string[];
}> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json'));
  const files: { file: string; content: ResourceFile }[] = [];
  const problems: string[] = [];
  for (const name of names.sort()) {
    const file = join(folder, name);
    try {
      files.push({
        file,
        content: parseJson(resourceFileSchema, await readFile(file, 'utf8'), file),
      });
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  files.sort((a, b) => (a.content.leaf < b.content.leaf ? -1 : 1));
  return { files, problems };
}

/** The same with one more run, of which the last {@link KEPT_RUNS} are kept. */
export function withRun(content: ResourceFile, run: ResourceRun): ResourceFile {
  return { ...content, runs: [...content.runs, run].slice(-KEPT_RUNS) };
}

/** What was learned under exactly these limits. */
export function lessonsFor(content: ResourceFile, scope: BudgetScope): Lessons {
  const { budget, alone = [] } = content.budgets.find((known) => isSameScope(known, scope)) ?? {};
  return { alone, ...(budget === undefined ? {} : { budget }) };
}

/** The same with what was learned under these limits replaced. */
export function withLessons(
  content: ResourceFile,
  { ceiling, runner }: BudgetScope,
  { budget, alone }: Lessons,
): ResourceFile {
  const others = content.budgets.filter((known) => !isSameScope(known, { ceiling, runner }));
  if (budget === undefined && alone.length === 0) return { ...content, budgets: others };
  const learned = {
    ceiling: { ...ceiling },
    runner: [...runner],
    ...(budget === undefined ? {} : { budget: { ...budget } }),
    ...(alone.length === 0 ? {} : { alone: [...alone] }),
  };
  return { ...content, budgets: [...others, learned].slice(-KEPT_BUDGETS) };
}

function isSameScope(a: BudgetScope, b: BudgetScope): boolean {
  return (
    a.ceiling.memoryBytes === b.ceiling.memoryBytes &&
    a.ceiling.memoryFrom === b.ceiling.memoryFrom &&
    a.ceiling.descriptors === b.ceiling.descriptors &&
    a.ceiling.lockedBytes === b.ceiling.lockedBytes &&
    JSON.stringify(a.runner) === JSON.stringify(b.runner)
  );
}
