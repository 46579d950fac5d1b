import { CargoTestError, type ErrorCode } from '../errors';

/** The text for a user about an error: code and message of ours or of the system, the stack of any other. */
export function describeFailure(error: unknown): string {
  if (error instanceof CargoTestError) return `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && REFUSALS.has(code)) return `${SYSTEM_ERROR}: ${error.message}; ${MEND}`;
  return error.stack ?? error.message;
}

const SYSTEM_ERROR: ErrorCode = 'SYSTEM_ERROR';
const MEND = '`npx nx-cargo-test doctor` looks at disks and limits';

/** What the system refuses although the plugin asks rightly. Of others the stack tells more. */
const REFUSALS: ReadonlySet<string> = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'],
]);
