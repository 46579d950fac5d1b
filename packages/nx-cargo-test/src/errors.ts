/** Every code that this plugin can fail with; docs/errors.md explains each. */
export type ErrorCode =
  | 'CARGO_NOT_FOUND'
  | 'CARGO_METADATA_FAILED'
  | 'CARGO_BUILD_FAILED'
  | 'INVALID_FILE'
  | 'INVALID_OPTIONS'
  | 'NO_TESTS_LISTED'
  | 'LISTING_FAILED'
  | 'SOURCES_CHANGED'
  | 'GRAPH_OUT_OF_DATE'
  | 'UNCOVERED_INPUT'
  | 'TARGET_DEFAULTS_REPLACED'
  | 'UNSUPPORTED_HOST'
  | 'NO_WORKSPACE'
  | 'UNKNOWN_TEST'
  | 'UNKNOWN_FUNCTION'
  | 'UNCLEAR_SELECTION'
  | 'NO_CAPTURED_LINK'
  | 'LEDGER_UNUSABLE'
  | 'GUEST_UNUSABLE'
  | 'TOOL_MISSING'
  | 'COMMAND_FAILED'
  | 'SYSTEM_ERROR';

/** What is wrong in words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A failure that the user can act on: what happened, where, and what mends it. */
export class CargoTestError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CargoTestError';
    this.code = code;
  }
}
