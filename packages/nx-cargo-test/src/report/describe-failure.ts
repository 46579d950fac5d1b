import { CargoTestError } from '../errors';

/** The text for a user about an error: code and message of ours, the stack of any other. */
export function describeFailure(error: unknown): string {
  if (error instanceof CargoTestError) return `${error.code}: ${error.message}`;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
