import { Option, type Command } from 'commander';
import type { LinkSelection, ObjectsCommand } from './captured-links';
import { diffLinks } from './diff-links';
import { DUMP_FORMATS, dumpGraph, type DumpFormat } from './dump-graph';
import { explainTest } from './explain-test';
import { reachFunction } from './reach-function';

type JsonOption = LinkSelection & { readonly json?: true };

/**
 * Adds `objects` with its commands to a program.
 *
 * @param open Finds the workspace; called by the command that is run.
 */
export function addObjectsCommands(program: Command, open: () => ObjectsCommand): void {
  const objects = program
    .command('objects')
    .description('answers what tests reach in the compiled code, as build-tests saw it last');

  selecting(objects.command('reach'))
    .description('lists the tests that reach a function or static')
    .argument('<function>', 'its path or the end of it; * and ** are wildcards')
    .option('--json', 'prints JSON')
    .action((pattern: string, options: JsonOption) => reachFunction(open(), pattern, options));

  selecting(objects.command('why'))
    .description(
      'tells how a test comes to a function, or what a test reaches and what changed of it',
    )
    .argument('<test>', 'name of the test or the end of it')
    .argument('[function]', 'its path or the end of it; * and ** are wildcards')
    .option('--json', 'prints JSON')
    .action((test: string, pattern: string | undefined, options: JsonOption) =>
      explainTest(open(), test, pattern, options),
    );

  selecting(objects.command('diff'))
    .description('tells what changed between two links, and which tests that touches')
    .argument(
      '[before]',
      'beginning of the SHA-256 or commit of a link (default: the last but one)',
    )
    .argument('[after]', 'beginning of the SHA-256 or commit of a link (default: the last)')
    .option('--json', 'prints JSON')
    .action((before: string | undefined, after: string | undefined, options: JsonOption) =>
      diffLinks(open(), before, after, options),
    );

  selecting(objects.command('dump'))
    .description('prints the graph of the last link')
    .option('--test <test>', 'only what this test reaches')
    .addOption(
      new Option('--format <format>', 'JSON lines or Graphviz')
        .choices(DUMP_FORMATS)
        .default('json'),
    )
    .action((options: LinkSelection & { readonly test?: string; readonly format: DumpFormat }) =>
      dumpGraph(open(), options),
    );
}

/** Adds the options that say which links are meant. */
function selecting(command: Command): Command {
  return command
    .option('--project <name>', 'an Nx project (default: the one of this folder)')
    .option('--package <name>', 'the project of this Cargo package')
    .option(
      '--binary <name>',
      'one test binary, such as lib:glommio (default: all of the project)',
    );
}
