import { Command, CommanderError } from 'commander';
import { pluginVersion } from '../disk-cache';
import { openLedgerStore, type LedgerStore } from '../ledger/ledger-store';
import { describeFailure } from '../report/describe-failure';
import { findWorkspace } from './find-workspace';
import { addLedgerCommands } from './ledger-commands';

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
}

/**
 * Runs one command of `nx-cargo-test`. Never rejects: what goes wrong is told on
 * standard error.
 *
 * @param args Arguments after the program's name.
 * @returns The exit status: 0, 1 for a failure, 2 for wrong usage.
 */
export async function runCli(args: readonly string[], edges: CliEdges): Promise<number> {
  const program = new Command('nx-cargo-test')
    .description('Looks after what the Nx plugin nx-cargo-test keeps.')
    .version(pluginVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void edges.stdout.write(text),
      writeErr: (text) => void edges.stderr.write(text),
    });
  const openStore = (): LedgerStore =>
    openLedgerStore(edges.ledgerFolder(findWorkspace(edges.cwd, edges.environment)));
  addLedgerCommands(program, edges, openStore);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has shown the help or what is wrong already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    edges.stderr.write(`${describeFailure(error)}\n`);
    return 1;
  }
}
