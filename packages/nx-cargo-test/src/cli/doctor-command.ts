import type { Command } from 'commander';
import type { DoctorEdges } from '../doctor/diagnose';
import { runDoctor } from '../doctor/run-doctor';
import type { TextSink } from './run-cli';

/** What the command works with. */
export interface DoctorCommand {
  /** Folder that the user is in; absolute. */
  readonly cwd: string;
  readonly edges: DoctorEdges;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Called when something keeps tests from running. */
  fail(): void;
}

/** Adds `doctor` to a program. */
export function addDoctorCommand(program: Command, command: DoctorCommand): void {
  const { cwd, edges, stdout, stderr, fail } = command;
  program
    .command('doctor')
    .description('looks for what keeps tests from running, and says what mends it')
    .option('--json', 'prints JSON')
    .option('--fix', 'mends what is safe to mend on this machine without root')
    .action(async ({ json = false, fix = false }: { json?: boolean; fix?: boolean }) => {
      if (!(await runDoctor({ folder: cwd, json, fix }, edges, { stdout, stderr }))) fail();
    });
}
