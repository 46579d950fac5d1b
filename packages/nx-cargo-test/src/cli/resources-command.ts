import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Command } from 'commander';
import { CargoTestError } from '../errors';
import { leafLabel } from '../report/leaf-label';
import {
  readAllResources,
  resourcesFolder,
  type ResourceFile,
} from '../resources/resource-records';
import { selectProject, type CargoProject } from './cargo-project';
import { countOf } from '../count-of';
import { plainText } from './plain-text';
import { resourcesAsJson, resourcesAsText } from './resources-table';
import type { TextSink } from './run-cli';

/** What a command about resources works with. */
export interface ResourcesCommand {
  /** The Cargo projects of an Nx workspace. */
  cargoProjects(workspaceRoot: string): Promise<readonly CargoProject[]>;
  /** Absolute path. */
  readonly workspaceRoot: string;
  /** Folder that the user is in; absolute. */
  readonly cwd: string;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

interface Selection {
  readonly project?: string;
  readonly package?: string;
}

/**
 * Adds `resources` with its commands to a program.
 *
 * @param open Finds the workspace; called by the command that is run.
 */
export function addResourcesCommands(program: Command, open: () => ResourcesCommand): void {
  const modules = 'modules such as task::arena, or ends of their paths (default: all)';
  const project = ['--project <name>', 'an Nx project (default: the one of this folder)'] as const;
  const ofPackage = ['--package <name>', 'the project of this Cargo package'] as const;
  const resources = program
    .command('resources')
    .description('tells what processes of tests needed, and what all tests in one process would')
    .argument('[module...]', modules)
    .option(...project)
    .option(...ofPackage)
    .option('--json', 'prints JSON')
    .action((modules: string[], options: Selection & { readonly json?: true }) =>
      showResources(open(), modules, options),
    );

  resources
    .command('forget')
    .description('forgets what was seen, and what was learned from processes that were killed')
    .argument('[module...]', modules)
    .option(...project)
    .option(...ofPackage)
    .action((modules: string[], _options: unknown, command: Command) =>
      forgetModules(open(), modules, command.optsWithGlobals<Selection>()),
    );
}

async function showResources(
  command: ResourcesCommand,
  modules: readonly string[],
  options: Selection & { readonly json?: true },
): Promise<void> {
  const { known } = await findModules(command, modules, options);
  const contents = known.map(({ content }) => content);
  command.stdout.write(
    options.json
      ? `${JSON.stringify(resourcesAsJson(contents), null, 2)}\n`
      : resourcesAsText(contents),
  );
}

async function forgetModules(
  command: ResourcesCommand,
  modules: readonly string[],
  selection: Selection,
): Promise<void> {
  const { folder, known } = await findModules(command, modules, selection);
  if (modules.length === 0) await rm(folder, { recursive: true, force: true });
  else await Promise.all(known.map(({ file }) => rm(file, { force: true })));
  command.stdout.write(
    known.length === 0
      ? 'Nothing was known.\n'
      : `Forgot what ${countOf(known.length, 'module')} needed.\n`,
  );
}

/**
 * What is known of the modules of a project that are named, or of all. Warns of
 * files that cannot be read.
 *
 * @throws {CargoTestError} `UNCLEAR_SELECTION` if nothing is known of one that is named.
 */
async function findModules(
  { cargoProjects, workspaceRoot, cwd, stderr }: ResourcesCommand,
  modules: readonly string[],
  selection: Selection,
): Promise<{ folder: string; known: readonly { file: string; content: ResourceFile }[] }> {
  const place = relative(workspaceRoot, cwd).split(sep).join('/') || '.';
  const project = selectProject(await cargoProjects(workspaceRoot), selection, place);
  const folder = join(workspaceRoot, resourcesFolder(project.cargoWorkspace, project.package));
  const { files, problems } = await readAllResources(folder);
  for (const problem of problems) {
    stderr.write(`warning: ignored, the next run replaces it: ${plainText(problem)}\n`);
  }
  if (modules.length === 0) return { folder, known: files };
  for (const name of modules) {
    if (files.some(({ content }) => isNamed(content.leaf, name))) continue;
    const labels = files.map(({ content }) => leafLabel(content.leaf));
    throw new CargoTestError(
      'UNCLEAR_SELECTION',
      `nothing is known of ${plainText(name)}: ` +
        (labels.length === 0
          ? `no test of ${project.name} has run here`
          : `of ${project.name} it is of ${labels.map(plainText).join(', ')}`),
    );
  }
  const known = files.filter(({ content }) => modules.some((name) => isNamed(content.leaf, name)));
  return { folder, known };
}

/** By the leaf's id, by what reports call it, or by the end of its path. */
function isNamed(leaf: string, name: string): boolean {
  return leaf === name || leafLabel(leaf) === name || leafLabel(leaf).endsWith(`::${name}`);
}
