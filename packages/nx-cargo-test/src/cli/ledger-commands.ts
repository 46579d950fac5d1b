import type { Command } from 'commander';
import type { LedgerStore } from '../ledger/ledger-store';
import { forgetTests } from './forget-tests';
import { listEntries } from './list-entries';
import type { TextSink } from './run-cli';
import { showTest } from './show-test';
import { exportLedger, importLedger } from './transfer-ledger';
import { verifyLedger } from './verify-ledger';

/** What a command of the ledger works with. */
export interface LedgerCommand {
  /** The ledger of the workspace that the user is in. */
  readonly store: LedgerStore;
  /** Folder that the user is in; absolute. */
  readonly cwd: string;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

/**
 * Adds `ledger` with its commands to a program.
 *
 * @param openStore Finds the workspace and opens its ledger; called by the commands that need it.
 */
export function addLedgerCommands(
  program: Command,
  edges: Pick<LedgerCommand, 'cwd' | 'stdout' | 'stderr'>,
  openStore: () => LedgerStore,
): void {
  const open = (): LedgerCommand => ({ ...edges, store: openStore() });
  const ledger = program
    .command('ledger')
    .description('shows and changes what is known of tests that passed');

  ledger
    .command('ls')
    .description('lists tests that are reused while they stay as they are, or no longer')
    .option('--package <name>', 'only tests of this Cargo package')
    .option('--test <text>', 'only tests with this text in their name')
    .option('--json', 'prints JSON')
    .action((options: { package?: string; test?: string; json?: true }) =>
      listEntries(open(), options),
    );

  ledger
    .command('show')
    .description('tells all that is known of a test')
    .argument('<test>', 'full name of the test')
    .option('--package <name>', 'only in this Cargo package')
    .option('--json', 'prints JSON')
    .action((test: string, options: { package?: string; json?: true }) =>
      showTest(open(), test, options),
    );

  ledger
    .command('forget')
    .description('forgets that tests passed, so that they run again')
    .argument('[test...]', 'full names of tests')
    .option('--package <name>', 'only in this Cargo package')
    .option('--all', 'all tests')
    .action((tests: string[], options: { package?: string; all?: true }, command: Command) => {
      if (tests.length > 0 === (options.all === true)) {
        command.error('error: name the tests to forget, or give --all');
      }
      return forgetTests(open(), tests, options.package);
    });

  ledger
    .command('export')
    .description('writes all that is known into one file')
    .argument('<file>', 'file to write')
    .action((file: string) => exportLedger(open(), file));

  ledger
    .command('import')
    .description('adds what another ledger knew')
    .argument('<file>', 'file that was exported')
    .action((file: string) => importLedger(open(), file));

  ledger
    .command('verify')
    .description("checks the ledger's files")
    .option('--json', 'prints JSON')
    .action((options: { json?: true }) => verifyLedger(open(), options));
}
