import { CargoTestError } from '../errors';
import type { CargoCommand } from './cargo-command';
import { splitArguments } from './command-line';

/**
 * Refuses arguments by which a command would be about something else than its target says.
 *
 * @param args As they would stand after the command; those of the tool are its own affair.
 * @throws {CargoTestError} `INVALID_OPTIONS`.
 */
export function refuseArguments(command: CargoCommand, args: readonly string[]): void {
  for (const argument of splitArguments(args).forCargo) {
    const name = argument.split('=')[0] ?? '';
    if (FOREIGN.includes(name)) {
      throw refused(
        command,
        argument,
        'the target stands for its own package; run that of another project',
      );
    }
    if (command === 'lint' && name === '--fix') {
      throw refused(
        command,
        argument,
        'Nx would not fix what it takes from its cache; run `cargo clippy --fix` itself',
      );
    }
    if (command === 'lint' && name === '--message-format') {
      throw refused(command, argument, 'the plugin reads it to learn what clippy read');
    }
  }
}

/** Arguments by which another package would be meant than the target stands for, or all. */
const FOREIGN = ['-p', '--package', '--workspace', '--all', '--manifest-path', '--exclude'];

function refused(command: CargoCommand, argument: string, why: string): CargoTestError {
  return new CargoTestError('INVALID_OPTIONS', `${command}: ${argument} is not passed on: ${why}`);
}
