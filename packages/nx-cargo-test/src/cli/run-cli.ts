import { Command, CommanderError } from 'commander';
import { pluginVersion } from '../disk-cache';
import { openLedgerStore, type LedgerStore } from '../ledger/ledger-store';
import type { DoctorEdges } from '../doctor/diagnose';
import { describeFailure } from '../report/describe-failure';
import type { ObjectsEdges } from './captured-links';
import { addDoctorCommand } from './doctor-command';
import { findWorkspace } from './find-workspace';
import { addLedgerCommands } from './ledger-commands';
import { addObjectsCommands } from './objects-commands';
import { addResourcesCommands } from './resources-command';

/** Where text goes: a stream, or something that stands in for one. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** What the command line reaches the outside by. */
export interface CliEdges {
  /** Absolute path. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Absolute folder of the ledger of an Nx workspace. */
  ledgerFolder(workspaceRoot: string): string;
  /** What questions about compiled code need. */
  readonly objects: ObjectsEdges;
  /** What looking at the machine needs. */
  readonly doctor: DoctorEdges;
}

/**
 * Runs one command of `nx-cargo-test`. Never rejects: what goes wrong is told on
 * standard error.
 *
 * @param args Arguments after the program's name.
 * @returns The exit status: 0, 1 for a failure or a problem that `doctor` found, 2 for
 *   wrong usage.
 */
export async function runCli(args: readonly string[], edges: CliEdges): Promise<number> {
  const program = new Command('nx-cargo-test')
    .description(
      'Looks after what the Nx plugin nx-cargo-test keeps, and answers questions about it.',
    )
    .version(pluginVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void edges.stdout.write(text),
      writeErr: (text) => void edges.stderr.write(text),
    });
  const workspaceRoot = (): string => findWorkspace(edges.cwd, edges.environment);
  const openStore = (): LedgerStore => openLedgerStore(edges.ledgerFolder(workspaceRoot()));
  addLedgerCommands(program, edges, openStore);
  const { cwd, stdout, stderr, objects } = edges;
  addObjectsCommands(program, () => ({
    edges: objects,
    workspaceRoot: workspaceRoot(),
    cwd,
    stdout,
    stderr,
  }));
  addResourcesCommands(program, () => ({
    cargoProjects: (root) => objects.cargoProjects(root),
    workspaceRoot: workspaceRoot(),
    cwd,
    stdout,
    stderr,
  }));
  let status = 0;
  addDoctorCommand(program, { cwd, edges: edges.doctor, stdout, stderr, fail: () => (status = 1) });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    // Commander has shown the help or what is wrong already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    edges.stderr.write(`${describeFailure(error)}\n`);
    return 1;
  }
}
