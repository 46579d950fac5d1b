import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AskProgram } from './ask-program';
import { parseMachineFacts, type MachineFacts } from './machine-facts';
import { describeTrouble } from './program-answer';

/** What a machine told, or why it did not. */
export type SeenMachine = { readonly value: MachineFacts } | { readonly trouble: string };

/** The script that tells what a machine is like. */
export function machineFactsScript(): string {
  return readFileSync(join(__dirname, '../../shell/machine-facts.sh'), 'utf8');
}

/**
 * Asks a machine what it is like, by a shell on it.
 *
 * @param wayIn What comes before `sh`: nothing for this machine.
 * @param wanted Tools and absolute folders whose absence is to be told.
 */
export async function readMachine(
  ask: AskProgram,
  wayIn: readonly string[] = [],
  wanted: readonly string[] = [],
): Promise<SeenMachine> {
  const [file = '', ...args] = [...wayIn, 'sh', '-c', machineFactsScript(), 'sh', ...wanted];
  const answer = await ask({ file, args, folder: '/' });
  // What came before it was ended still holds.
  if (answer.type === 'answered' || (answer.type === 'late' && answer.stdout !== '')) {
    return { value: parseMachineFacts(answer.stdout) };
  }
  return { trouble: `the machine was not looked at: ${describeTrouble(answer)}` };
}
